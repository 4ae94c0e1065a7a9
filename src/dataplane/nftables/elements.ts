import { indexElements } from '../ruleset/element-index.ts';
import type { ElementIndex, KeyPart, MapValue, SetElement } from '../ruleset/sets.ts';
import type { Verdict } from '../ruleset/verdict.ts';
import { TokenStream } from './token-stream.ts';
import type { Token } from './tokens.ts';
import { type ValueType, parseValue } from './values.ts';

/** The elements of a set or map, and whether all of them were understood. */
export interface ReadElements {
  readonly elements: readonly SetElement[];
  /** The texts of elements that were not. */
  readonly problems: readonly { readonly text: string; readonly line: number }[];
}

/** Reads what stands between the braces of an anonymous set or map: `key [: value]`, comma-separated. */
export function readElements(
  stream: TokenStream,
  types: readonly ValueType[],
  valueTypes: readonly ValueType[] = ['address', 'port'],
): ReadElements {
  const elements: SetElement[] = [];
  const problems: { text: string; line: number }[] = [];
  takeElements(stream, (tokens) => {
    const element = readElement(tokens, types, valueTypes);
    if (element) elements.push(element);
    else problems.push(elementText(tokens));
  });
  return { elements, problems };
}

/** The words of an element and its line. */
export function elementText(tokens: readonly Token[]): { text: string; line: number } {
  return { text: tokens.map(({ text }) => text).join(' '), line: tokens[0]?.line ?? 0 };
}

/** An index over elements that all were understood; undefined where some were not. */
export function indexRead({ elements, problems }: ReadElements): ElementIndex | undefined {
  return problems.length === 0 ? indexElements(elements) : undefined;
}

/**
 * Reads elements up to the brace that closes their list, or the end, and gives the tokens of each to `each`. Whether the
 * brace was there.
 */
export function takeElements(stream: TokenStream, each: (tokens: readonly Token[]) => void): boolean {
  let tokens: Token[] = [];
  let depth = 0;
  const finish = (): void => {
    if (tokens.length > 0) each(tokens);
    tokens = [];
    stream.release();
  };
  for (let { token } = stream; token !== undefined; { token } = stream) {
    stream.next();
    const sign = token.isString === true ? '' : token.text;
    if (sign === '\n') continue;
    if (sign === '}' && depth-- === 0) {
      finish();
      return true;
    }
    if (sign === '{') depth++;
    if (sign === ',' && depth === 0) finish();
    else tokens.push(token);
  }
  finish();
  return false;
}

const ANYTHING: Readonly<Partial<Record<ValueType, number>>> = {
  port: 65_535,
  protocol: 255,
  number: 0xffffffff,
};

/** Reads one element; undefined where it is not understood. */
export function readElement(
  tokens: readonly Token[],
  types: readonly ValueType[],
  valueTypes: readonly ValueType[],
): SetElement | undefined {
  const stream = new TokenStream(tokens);
  const line = stream.token?.line ?? 0;
  const key = readParts(stream, types);
  if (!key) return undefined;
  const comment = skipOptions(stream);
  const hasValue = stream.take(':');
  const value = hasValue ? readValue(stream, valueTypes) : undefined;
  if (hasValue && value === undefined) return undefined;
  const late = comment ?? skipOptions(stream);
  if (!stream.isDone) return undefined;
  return { key, line, ...(value ? { value } : {}), ...(late === undefined ? {} : { comment: late }) };
}

function readParts(stream: TokenStream, types: readonly ValueType[]): KeyPart[] | undefined {
  const parts: KeyPart[] = [];
  for (const [index, type] of types.entries()) {
    if (index > 0 && !stream.take('.')) return undefined;
    const part = readPart(stream, type);
    if (!part) return undefined;
    parts.push(part);
  }
  return parts;
}

function readPart(stream: TokenStream, type: ValueType): KeyPart | undefined {
  const { token } = stream;
  if (!token) return undefined;
  if (token.text === '*' && !token.isString) {
    stream.next();
    if (type === 'name') return { name: '*' };
    const high = ANYTHING[type];
    return high === undefined ? undefined : { low: 0, high };
  }
  const part = parseValue(token.text, type);
  if (part) stream.next();
  return part;
}

/** Reads what an element carries besides key and value; the comment, if there is one. */
function skipOptions(stream: TokenStream): string | undefined {
  let comment: string | undefined;
  for (;;) {
    if (stream.take('comment')) comment = stream.next();
    else if (stream.take('timeout') || stream.take('expires')) stream.next();
    else if (stream.take('counter')) {
      if (stream.take('packets')) stream.next();
      if (stream.take('bytes')) stream.next();
    } else return comment;
  }
}

function readValue(stream: TokenStream, types: readonly ValueType[]): MapValue | undefined {
  const verdict = takeVerdict(stream);
  if (verdict) return { kind: 'verdict', verdict };
  const parts: KeyPart[] = [];
  for (const type of types) {
    const part = readPart(stream, type);
    if (!part) break;
    parts.push(part);
    if (!stream.take('.')) break;
  }
  return parts.length > 0 ? { kind: 'data', parts } : undefined;
}

/** Reads `accept`, `drop`, `return`, `continue`, `queue`, `jump X`, `goto X`; undefined where none is next. */
export function takeVerdict(stream: TokenStream): Verdict | undefined {
  const word = stream.token?.isString ? '' : stream.peek();
  switch (word) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      stream.next();
      return { kind: word };
    case 'jump':
    case 'goto': {
      const chain = stream.peek(1);
      if (chain === '') return undefined;
      stream.next();
      stream.next();
      return { kind: word, chain };
    }
    default:
      return undefined;
  }
}
