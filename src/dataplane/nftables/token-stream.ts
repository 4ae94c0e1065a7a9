import type { Token } from './tokens.ts';

/** Tokens read one after another; past the end every text is empty. */
export class TokenStream {
  readonly tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  /** The text of the token `ahead` of the next one. */
  peek(ahead = 0): string {
    return this.tokens[this.#at + ahead]?.text ?? '';
  }

  /** The next token, without reading it; undefined at the end. */
  get token(): Token | undefined {
    return this.tokens[this.#at];
  }

  get position(): number {
    return this.#at;
  }

  /** Goes back to a position that was read before. */
  rewind(position: number): void {
    this.#at = position;
  }

  get isDone(): boolean {
    return this.#at >= this.tokens.length;
  }

  next(): string {
    const text = this.peek();
    this.#at++;
    return text;
  }

  /** Reads the words of `texts` if they are next, all of them; whether they were. */
  take(...texts: readonly string[]): boolean {
    if (
      !texts.every(
        (text, index) => this.peek(index) === text && this.tokens[this.#at + index]?.isString !== true,
      )
    )
      return false;
    this.#at += texts.length;
    return true;
  }

  /** The tokens up to the brace that closes the one that is next, both left out; undefined where it never closes. */
  braced(): TokenStream | undefined {
    if (this.peek() !== '{') return undefined;
    let depth = 0;
    for (let at = this.#at; at < this.tokens.length; at++) {
      const { text, isString } = this.tokens[at] as Token;
      if (isString) continue;
      if (text === '{') depth++;
      if (text === '}' && --depth === 0) {
        const inner = this.tokens.slice(this.#at + 1, at);
        this.#at = at + 1;
        return new TokenStream(inner);
      }
    }
    return undefined;
  }
}
