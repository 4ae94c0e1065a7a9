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

const NEWLINE = 10;
const SPACE = 32;
const TAB = 9;
const RETURN = 13;
const QUOTE = 34;
const HASH = 35;
const BACKSLASH = 92;

/** 1: a sign that ends a word; 2: white space or a quote, which end one too. */
const ENDS = new Uint8Array(128);
for (const sign of '{},;=!<>&|^()') ENDS[sign.charCodeAt(0)] = 1;
for (const code of [NEWLINE, SPACE, TAB, RETURN, QUOTE]) ENDS[code] = 2;

const TWO_SIGNS = new Set(['==', '!=', '<=', '>=', '<<', '>>']);

// nft before 1.0.3 prints what it cannot translate as a comment inside the rule; the rule goes on behind it.
const XT = /# xt_\w*/y;

/**
 * Reads the tokens of `text` from `at` up to `to`, one after another. Newlines are tokens (`\n`); comments are left out,
 * but for `# xt_NAME`, which stands for a match or target of iptables. Two-character operators are one token. An unclosed
 * string ends with its line.
 */
export class Tokenizer {
  readonly #text: string;
  readonly #to: number;
  #at: number;
  #line: number;

  constructor(text: string, at = 0, to: number = text.length, line = 1) {
    this.#text = text;
    this.#at = at;
    this.#to = to;
    this.#line = line;
  }

  /** Where the next token starts at the earliest. */
  get position(): number {
    return this.#at;
  }

  /** The line of `position`, 1-based. */
  get line(): number {
    return this.#line;
  }

  /** Goes on behind the end of the line that `position` is in, which is at `newline`. */
  skipTo(newline: number): void {
    this.#at = newline + 1;
    this.#line++;
  }

  /** Leaves out the rest of the line. */
  skipLine(): void {
    const newline = this.#text.indexOf('\n', this.#at);
    this.#at = newline < 0 ? this.#to : Math.min(newline, this.#to);
  }

  /** The next token; undefined at the end. */
  next(): Token | undefined {
    const text = this.#text;
    for (let at = this.#at; at < this.#to;) {
      const code = text.charCodeAt(at);
      if (code === SPACE || code === TAB || code === RETURN) {
        at++;
      } else if (code === NEWLINE) {
        this.#at = at + 1;
        return { text: '\n', line: this.#line++, start: at, end: at + 1 };
      } else if (code === HASH) {
        XT.lastIndex = at;
        const foreign = XT.exec(text)?.[0];
        if (foreign !== undefined) return this.#token(at, at + foreign.length, foreign.slice(2));
        const end = text.indexOf('\n', at);
        at = end < 0 ? this.#to : end;
      } else if (code === BACKSLASH && text.charCodeAt(at + 1) === NEWLINE) {
        this.#line++;
        at += 2;
      } else if (code === QUOTE) {
        const end = this.#endOfString(at);
        this.#at = text.charCodeAt(end) === QUOTE ? Math.min(end + 1, this.#to) : end;
        return { text: text.slice(at + 1, end), line: this.#line, isString: true, start: at, end: this.#at };
      } else {
        return this.#token(at, ENDS[code] === 1 ? this.#endOfSign(at) : this.#endOfWord(at));
      }
    }
    this.#at = this.#to;
    return undefined;
  }

  #token(start: number, end: number, text: string = this.#text.slice(start, end)): Token {
    this.#at = end;
    return { text, line: this.#line, start, end };
  }

  #endOfString(start: number): number {
    let at = start + 1;
    for (; at < this.#to; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE || code === NEWLINE) break;
    }
    return at;
  }

  #endOfSign(at: number): number {
    return TWO_SIGNS.has(this.#text.slice(at, at + 2)) ? at + 2 : at + 1;
  }

  #endOfWord(start: number): number {
    let at = start + 1;
    while (at < this.#to) {
      const code = this.#text.charCodeAt(at);
      if (code < 128 && ENDS[code] !== 0) break;
      at++;
    }
    return at;
  }
}

/** All tokens of `text` between `at` and `to`. */
export function tokenise(text: string, at = 0, to: number = text.length, line = 1): Token[] {
  const tokenizer = new Tokenizer(text, at, to, line);
  const tokens: Token[] = [];
  for (let token = tokenizer.next(); token !== undefined; token = tokenizer.next()) tokens.push(token);
  return tokens;
}
