/** A word, string or sign of nft text. */
export interface Token {
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  /** It stood in quotes. */
  readonly isString?: boolean;
  /** Where it starts and ends in the text. */
  readonly start: number;
  readonly end: number;
}

/** Signs that end a word. A comma, semicolon or newline ends a statement or an element. */
const SIGNS = new Set(['{', '}', ',', ';', '=', '!', '<', '>', '&', '|', '^', '(', ')']);

/**
 * The tokens of nft text. Newlines are tokens (`\n`); comments are left out. Two-character operators are one token. An
 * unclosed string ends with its line.
 */
export function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === '\n') {
      tokens.push({ text: '\n', line, start: at, end: at + 1 });
      line++;
      at++;
    } else if (char === ' ' || char === '\t' || char === '\r') {
      at++;
    } else if (char === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (char === '\\' && text[at + 1] === '\n') {
      line++;
      at += 2;
    } else if (char === '"') {
      const end = endOfString(text, at);
      tokens.push({ text: text.slice(at + 1, end), line, isString: true, start: at, end: end + 1 });
      at = end + 1;
    } else {
      const end = SIGNS.has(char) ? endOfSign(text, at) : endOfWord(text, at);
      tokens.push({ text: text.slice(at, end), line, start: at, end });
      at = end;
    }
  }
  return tokens;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) if (text[at] === '"' || text[at] === '\n') return at;
  return text.length;
}

function endOfSign(text: string, at: number): number {
  const two = text.slice(at, at + 2);
  return ['==', '!=', '<=', '>=', '<<', '>>'].includes(two) ? at + 2 : at + 1;
}

function endOfWord(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (char === ' ' || char === '\t' || char === '\n' || char === '\r' || char === '"' || SIGNS.has(char))
      break;
    at++;
  }
  return Math.max(at, start + 1);
}
