/** A word of a line: its value without quotes, and where it stands (`start` to `end`, quotes included). */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isQuoted: boolean;
}

/**
 * The words of `line` from `from` on, split as iptables-restore does: at blanks, except between double quotes, where a
 * backslash takes the next character as it is. `undefined` where a quote is never closed.
 * *Source:* `add_param_to_argv`, iptables xshared.c.
 */
export function splitWords(line: string, from = 0): Word[] | undefined {
  const words: Word[] = [];
  let at = from;
  while (at < line.length) {
    if (isBlank(line.charCodeAt(at))) {
      at++;
      continue;
    }
    const word = readWord(line, at);
    if (word === undefined) return undefined;
    words.push(word);
    at = word.end;
  }
  return words;
}

function readWord(line: string, start: number): Word | undefined {
  let end = start;
  while (end < line.length && !isBlank(line.charCodeAt(end)) && line[end] !== '"') end++;
  if (line[end] !== '"') return { text: line.slice(start, end), start, end, isQuoted: false };
  let text = line.slice(start, end);
  for (let at = end + 1; at < line.length; at++) {
    const char = line[at];
    if (char === '"') return { text, start, end: at + 1, isQuoted: true };
    if (char === '\\') at++;
    text += line[at] ?? '';
  }
  return undefined;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** `text` as one word of a line: quoted where iptables-save quotes. *Source:* `xtables_save_string`, libxtables. */
export function quoteWord(text: string): string {
  if (/^[\w-]+$/.test(text)) return text;
  return `"${text.replaceAll(/["\\']/g, String.raw`\$&`)}"`;
}
