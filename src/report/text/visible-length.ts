const colourCodes = /\u001b\[[0-9;]*m/g;

/** The columns that `text` takes on a terminal: colour codes take none. *Limits:* every other character is one column wide. */
export function visibleLength(text: string): number {
  return Array.from(text.replace(colourCodes, '')).length;
}

/** `text` with spaces after it up to `columns`. */
export function padVisible(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - visibleLength(text)));
}
