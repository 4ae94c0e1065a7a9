import type { Match, ValueSet } from '../ruleset/rule-parts.ts';
import type { ValueRange } from '../ruleset/verdict.ts';
import type { KeyPart } from '../ruleset/sets.ts';
import { readElements } from './elements.ts';
import type { KeyExpression } from './expressions.ts';
import type { TokenStream } from './token-stream.ts';
import { parseNumber, parseValue } from './values.ts';

/** 2^31: `meta random & 2147483647 < n` is how the nft flavour of iptables says `statistic --probability`. */
const RANDOM_RANGE = 2 ** 31;

/** Reads the right side of a comparison with `key`; undefined where it is not understood. */
export function takeMatch(
  stream: TokenStream,
  key: readonly KeyExpression[],
  family: string,
): Match | undefined {
  // `ct status ! dnat`: none of the bits.
  const not = stream.take('!=') || stream.take('!');
  if (!not) stream.take('==');
  if (stream.peek().startsWith('@') && stream.token?.isString !== true) {
    return {
      kind: 'lookup',
      key: key.map(({ expression }) => expression),
      set: stream.next().slice(1),
      not,
      ipset: false,
    };
  }
  const [only] = key;
  if (!only) return undefined;
  if (only.expression.kind === 'unknown')
    return only.expression.text === 'meta random' ? takeRandom(stream) : undefined;
  if (['<', '>', '<=', '>='].includes(stream.peek())) return takeOrder(stream, only);
  if (only.type === 'ctstate' || only.type === 'ctstatus') return takeBits(stream, only, not);
  if (only.type === 'tcpflags') return takeFlagMatch(stream, only, not);
  if (key.length > 1) return takeConcatenation(stream, key, not);
  const values = takeValues(stream, only, family);
  return values && { kind: 'compare', left: only.expression, not, values };
}

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

/** `ct state established,related`, `{ new, untracked }`: any of the bits. A mask with `== 0` or `!= 0` says the same. */
function takeBits(stream: TokenStream, { expression, type }: KeyExpression, not: boolean): Match | undefined {
  const words = takeWords(stream);
  if (!words) return undefined;
  let bits = 0;
  for (const word of words) {
    const bit = parseNumber(word, type);
    if (bit === undefined) return undefined;
    bits |= bit;
  }
  if (expression.kind === 'field' && expression.mask !== undefined) {
    const { mask, ...left } = expression;
    if (typeof mask !== 'number' || (bits !== 0 && bits !== mask)) return undefined;
    return { kind: 'bits', left, bits: mask, not: bits === 0 ? !not : not };
  }
  return { kind: 'bits', left: expression, bits, not };
}

/** Words joined by commas, or an anonymous set of them. */
function takeWords(stream: TokenStream): string[] | undefined {
  const inner = stream.braced();
  if (inner) return inner.tokens.map(({ text }) => text).filter((text) => text !== ',' && text !== '\n');
  const words = [stream.next()];
  while (stream.take(',')) words.push(stream.next());
  return words;
}

/** `tcp flags syn` is a bit test, `tcp flags & (fin | syn) == syn` and `tcp flags syn / fin,syn` compare under a mask. */
function takeFlagMatch(
  stream: TokenStream,
  { expression, type }: KeyExpression,
  not: boolean,
): Match | undefined {
  const flags = takeFlagSum(stream);
  if (flags === undefined || expression.kind !== 'field') return undefined;
  if (stream.take('/')) {
    const mask = takeFlagSum(stream);
    if (mask === undefined) return undefined;
    return {
      kind: 'compare',
      left: { ...expression, mask },
      not,
      values: { ranges: [{ low: flags, high: flags }] },
    };
  }
  if (expression.mask !== undefined)
    return { kind: 'compare', left: expression, not, values: { ranges: [{ low: flags, high: flags }] } };
  return { kind: 'bits', left: expression, bits: flags, not };

  function takeFlagSum(from: TokenStream): number | undefined {
    const isGrouped = from.take('(');
    let sum = 0;
    do {
      const bit = parseNumber(from.peek(), type);
      if (bit === undefined) return undefined;
      from.next();
      sum |= bit;
    } while (from.take(',') || from.take('|'));
    if (isGrouped) from.take(')');
    return sum;
  }
}

function takeValues(
  stream: TokenStream,
  { type, source }: KeyExpression,
  family: string,
): ValueSet | undefined {
  const isIcmpv6 = source?.field === 'icmp-type' && (source.protocol === 58 || family === 'ip6');
  const inner = stream.braced();
  const words = inner
    ? inner.tokens.map(({ text }) => text).filter((text) => text !== ',' && text !== '\n')
    : [stream.next()];
  const parts: KeyPart[] = [];
  for (const word of words) {
    const part = parseValue(word, type, isIcmpv6);
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
  if (!inner) return undefined;
  const { elements, problems } = readElements(
    inner,
    key.map(({ type }) => type),
  );
  const [only] = elements;
  // One element is the same as one comparison a part; the vocabulary has no anonymous concatenated set beyond that.
  if (problems.length > 0 || elements.length !== 1 || !only || not) return undefined;
  return undefined;
}
