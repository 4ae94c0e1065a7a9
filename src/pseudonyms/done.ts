/** No text of a cluster holds this character. */
const MARK = '\0';

/** `text`, marked as finished: what comes after leaves it alone. */
export function done(text: string): string {
  return `${MARK}${text}${MARK}`;
}

/** `text` with `change` made to all that is not marked, and without the marks. */
export function changeUndone(text: string, change: (part: string) => string): string {
  return text
    .split(MARK)
    .map((part, index) => (index % 2 === 1 ? part : change(part)))
    .join('');
}
