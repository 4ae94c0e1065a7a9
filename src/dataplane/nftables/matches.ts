import type { Match, ValueSet } from '../ruleset/rule-parts.ts';
import type { ValueRange } from '../ruleset/verdict.ts';
import type { KeyPart } from '../ruleset/sets.ts';
import { indexRead, readElements } from './elements.ts';
import type { KeyExpression } from './expressions.ts';
import type { TokenStream } from './token-stream.ts';
import { type ValueType, parseNumber, parseValue } from './values.ts';

/** 2^31: `meta random & 2147483647 < n` is how the nft flavour of iptables says `statistic --probability`. */
const RANDOM_RANGE = 2 ** 31;

/** Reads the right side of a comparison with `key`; undefined where it is not understood. */
export function takeMatch(stream: TokenStream, key: readonly KeyExpression[]): Match | undefined {
  const sign = takeSign(stream);
  const not = sign === '!=' || sign === '!';
  if (stream.peek().startsWith('@') && stream.token?.isString !== true) {
    const set = stream.next().slice(1);
    return { kind: 'lookup', key: key.map(({ expression }) => expression), set, not, ipset: false };
  }
  const [only] = key;
  if (!only) return undefined;
  if (only.expression.kind === 'unknown')
    return only.expression.text === 'meta random' && sign === '' ? takeRandom(stream) : undefined;
  if (key.length > 1) return takeConcatenation(stream, key, not);
  if (['<', '>', '<=', '>='].includes(stream.peek())) return takeOrder(stream, only);
  const match = FLAGS.has(only.type) ? takeFlagMatch(stream, only, sign) : undefined;
  if (match || FLAGS.has(only.type)) return match;
  const values = takeValues(stream, only);
  return values && { kind: 'compare', left: only.expression, not, values };
}

type Sign = '' | '==' | '!=' | '!';

function takeSign(stream: TokenStream): Sign {
  for (const sign of ['==', '!=', '!'] as const) if (stream.take(sign)) return sign;
  return '';
}

/** Types whose values are bits: written alone they ask for any of the bits, with a sign for exactly these. */
const FLAGS: ReadonlySet<string> = new Set(['ctstate', 'ctstatus', 'tcpflags']);

/** `meta random & 2147483647 < 1073741824`, and `meta random < …` over 32 bits. */
function takeRandom(stream: TokenStream): Match | undefined {
  let of = 2 * RANDOM_RANGE;
  if (stream.take('&') || stream.take('and')) {
    if (Number(stream.next()) !== RANDOM_RANGE - 1) return undefined;
    of = RANDOM_RANGE;
  }
  const sign = stream.next();
  const value = Number(stream.next());
  if (!Number.isInteger(value)) return undefined;
  const below: Readonly<Record<string, number>> = {
    '<': value,
    '<=': value + 1,
    '>': value + 1,
    '>=': value,
  };
  const weight = below[sign];
  return weight === undefined ? undefined : { kind: 'random', weight, of, not: sign.startsWith('>') };
}

function takeOrder(stream: TokenStream, { expression, type }: KeyExpression): Match | undefined {
  const sign = stream.next();
  const value = parseNumber(stream.next(), type);
  if (value === undefined) return undefined;
  const ranges: Readonly<Record<string, ValueRange>> = {
    '<': { low: 0, high: value - 1 },
    '<=': { low: 0, high: value },
    '>': { low: value + 1, high: 0xffffffff },
    '>=': { low: value, high: 0xffffffff },
  };
  const range = ranges[sign];
  return range && { kind: 'compare', left: expression, not: false, values: { ranges: [range] } };
}

/**
 * `ct state established,related`: any of the bits; `ct status ! dnat`: none; `ct state != new`, `{ new, untracked }`:
 * compares the whole; `tcp flags syn / fin,syn` and `tcp flags & (fin | syn) == syn`: compares under a mask.
 * *Source:* the code that nft 1.0.6 makes of each (`nft --debug=netlink`).
 */
function takeFlagMatch(
  stream: TokenStream,
  { expression, type }: KeyExpression,
  sign: Sign,
): Match | undefined {
  if (expression.kind !== 'field') return undefined;
  const { mask: own, ...left } = expression;
  if (own !== undefined && typeof own !== 'number') return undefined;
  const not = sign === '!=' || sign === '!';
  const inner = stream.braced();
  if (inner) {
    const values: number[] = [];
    do {
      while (inner.take('\n'));
      const value = takeFlagSum(inner, type, ['|']);
      if (value === undefined) return undefined;
      values.push(value);
      while (inner.take('\n'));
    } while (inner.take(','));
    const ranges = values.map((value) => ({ low: value, high: value }));
    return inner.isDone ? { kind: 'compare', left: expression, not, values: { ranges } } : undefined;
  }
  const bits = takeFlagSum(stream, type, [',', '|']);
  if (bits === undefined) return undefined;
  const mask = stream.take('/') ? takeFlagSum(stream, type, [',', '|']) : own;
  if (mask === undefined && (sign === '' || sign === '!')) return { kind: 'bits', left, bits, not };
  // A single bit under its own mask, or no bit, is a test of bits too.
  if (mask !== undefined && bits === 0) return { kind: 'bits', left, bits: mask, not: !not };
  const masked = mask === undefined ? left : { ...left, mask };
  return { kind: 'compare', left: masked, not, values: { ranges: [{ low: bits, high: bits }] } };
}

/** Flags joined by one of `signs`, maybe in parentheses, as one number. */
function takeFlagSum(stream: TokenStream, type: ValueType, signs: readonly string[]): number | undefined {
  const isGrouped = stream.take('(');
  let sum = 0;
  do {
    const bit = parseNumber(stream.peek(), type);
    if (bit === undefined) return undefined;
    stream.next();
    sum |= bit;
  } while (signs.some((sign) => stream.take(sign)));
  return !isGrouped || stream.take(')') ? sum : undefined;
}

function takeValues(stream: TokenStream, { type }: KeyExpression): ValueSet | undefined {
  const inner = stream.braced();
  const words = inner
    ? inner.rest.map(({ text }) => text).filter((text) => text !== ',' && text !== '\n')
    : [stream.next()];
  const parts: KeyPart[] = [];
  for (const word of words) {
    const part = parseValue(word, type);
    if (!part) return undefined;
    parts.push(part);
  }
  const names = parts.flatMap((part) => ('name' in part ? [part.name] : []));
  if (names.length > 0) return { names };
  return { ranges: parts.flatMap((part) => ('name' in part ? [] : [part])) };
}

/** `ip saddr . tcp dport { 10.0.0.1 . 80, … }`: an anonymous set is looked up like a named one. */
function takeConcatenation(
  stream: TokenStream,
  key: readonly KeyExpression[],
  not: boolean,
): Match | undefined {
  const inner = stream.braced();
  const types = key.map(({ type }) => type);
  const elements = inner && indexRead(readElements(inner, types));
  if (!elements) return undefined;
  const expressions = key.map(({ expression }) => expression);
  return { kind: 'lookup', key: expressions, set: '', inline: { elements }, not, ipset: false };
}
