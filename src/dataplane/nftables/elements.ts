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

/** Reads what stands between the braces of a set or map: `key [: value]`, comma-separated. */
export function readElements(
  stream: TokenStream,
  types: readonly ValueType[],
  valueTypes: readonly ValueType[] = ['address', 'port'],
): ReadElements {
  const elements: SetElement[] = [];
  const problems: { text: string; line: number }[] = [];
  for (const tokens of splitAtCommas(stream.tokens)) {
    const element = readElement(new TokenStream(tokens), types, valueTypes);
    if (element) elements.push(element);
    else problems.push({ text: tokens.map(({ text }) => text).join(' '), line: tokens[0]?.line ?? 0 });
  }
  return { elements, problems };
}

/** An index over elements that all were understood; undefined where some were not. */
export function indexRead({ elements, problems }: ReadElements): ElementIndex | undefined {
  return problems.length === 0 ? indexElements(elements) : undefined;
}

function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (!token.isString) {
      if (token.text === '\n') continue;
      if (token.text === '{') depth++;
      if (token.text === '}') depth--;
      if (token.text === ',' && depth === 0) {
        parts.push([]);
        continue;
      }
    }
    parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

const ANYTHING: Readonly<Partial<Record<ValueType, number>>> = {
  port: 65_535,
  protocol: 255,
  number: 0xffffffff,
};

function readElement(
  stream: TokenStream,
  types: readonly ValueType[],
  valueTypes: readonly ValueType[],
): SetElement | undefined {
  const line = stream.token?.line ?? 0;
  const key = readParts(stream, types);
  if (!key) return undefined;
  const comment = skipOptions(stream);
  const value = stream.take(':') ? readValue(stream, valueTypes) : undefined;
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
    return type === 'name' ? { name: '*' } : { low: 0, high: ANYTHING[type] ?? 0xffffffff };
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
