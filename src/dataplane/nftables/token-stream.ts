import type { Token, Tokenizer } from './tokens.ts';

// Deeper nesting than any ruleset has, and more tokens than any one statement: beyond, it is no ruleset.
const DEEPEST = 16;
const LONGEST = 4_000_000;

/** Tokens read one after another; past the end every text is empty. */
export class TokenStream {
  #tokens: Token[];
  #at = 0;
  readonly #source: Tokenizer | undefined;

  constructor(tokens: readonly Token[], source?: Tokenizer) {
    this.#tokens = source === undefined ? (tokens as Token[]) : [...tokens];
    this.#source = source;
  }

  /** A stream that takes its tokens from `source` when they are asked for. */
  static from(source: Tokenizer): TokenStream {
    return new TokenStream([], source);
  }

  #token(index: number): Token | undefined {
    while (this.#source !== undefined && this.#tokens.length <= index) {
      const token = this.#source.next();
      if (token === undefined) return undefined;
      this.#tokens.push(token);
    }
    return this.#tokens[index];
  }

  /** Forgets what was read: no `rewind` goes back behind it. Whether nothing is read ahead of the source. */
  release(): boolean {
    if (this.#source === undefined) return false;
    if (this.#at >= this.#tokens.length) this.#tokens = [];
    else this.#tokens.splice(0, this.#at);
    this.#at = 0;
    return this.#tokens.length === 0;
  }

  /** Leaves out the rest of the line. */
  skipLine(): void {
    this.#tokens.length = this.#at;
    this.#source?.skipLine();
  }

  /** The tokens that are left. */
  get rest(): readonly Token[] {
    return this.#tokens.slice(this.#at);
  }

  /** The text of the token `ahead` of the next one. */
  peek(ahead = 0): string {
    return this.#token(this.#at + ahead)?.text ?? '';
  }

  /** The next token, without reading it; undefined at the end. */
  get token(): Token | undefined {
    return this.#token(this.#at);
  }

  get position(): number {
    return this.#at;
  }

  /** Where the token that was read last ends. */
  get lastEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  /** Goes back to a position that was read before. */
  rewind(position: number): void {
    this.#at = position;
  }

  get isDone(): boolean {
    return this.#token(this.#at) === undefined;
  }

  next(): string {
    const text = this.peek();
    this.#at++;
    return text;
  }

  /** Makes two tokens of the next one, the first of `length` characters. */
  split(length: number): void {
    const token = this.#token(this.#at);
    if (token === undefined || length <= 0 || length >= token.text.length) return;
    const middle = token.start + length;
    this.#tokens.splice(
      this.#at,
      1,
      { ...token, text: token.text.slice(0, length), end: middle },
      { ...token, text: token.text.slice(length), start: middle },
    );
  }

  /** Reads the words of `texts` if they are next, all of them; whether they were. */
  take(...texts: readonly string[]): boolean {
    for (let i = 0; i < texts.length; i++) {
      const token = this.#token(this.#at + i);
      if (token === undefined || token.text !== texts[i] || token.isString === true) return false;
    }
    this.#at += texts.length;
    return true;
  }

  /** The tokens up to the brace that closes the one that is next, both left out; undefined where it never closes. */
  braced(): TokenStream | undefined {
    if (this.peek() !== '{' || this.token?.isString === true) return undefined;
    let depth = 0;
    for (let at = this.#at; at < this.#at + LONGEST; at++) {
      const token = this.#token(at);
      if (token === undefined) return undefined;
      if (token.isString) continue;
      if (token.text === '{' && ++depth > DEEPEST) return undefined;
      if (token.text === '}' && --depth === 0) {
        const inner = this.#tokens.slice(this.#at + 1, at);
        this.#at = at + 1;
        return new TokenStream(inner);
      }
    }
    return undefined;
  }
}
