import { type Ip, parseIp } from '../../model/address.ts';
import type { Expression, Field } from '../ruleset/rule-parts.ts';
import { type NftField, takeField } from './fields.ts';
import type { TokenStream } from './token-stream.ts';
import { type ValueType, parseNumber } from './values.ts';

/** One part of a left side: what is computed, and how values are read that it is compared with. */
export interface KeyExpression {
  readonly expression: Expression;
  readonly type: ValueType;
  readonly source?: NftField;
}

/** Reads a concatenation `a . b . c`; undefined, and nothing read, where no expression is next. */
export function takeKey(stream: TokenStream): KeyExpression[] | undefined {
  const first = takeExpression(stream);
  if (!first) return undefined;
  const key = [first];
  while (stream.peek() === '.') {
    const before = stream.position;
    stream.next();
    const next = takeExpression(stream);
    if (!next) {
      stream.rewind(before);
      break;
    }
    key.push(next);
  }
  return key;
}

/** Reads one expression with its mask: a field, a random number, or a hash. */
export function takeExpression(stream: TokenStream): KeyExpression | undefined {
  if (stream.take('numgen')) return takeNumgen(stream);
  if (stream.peek() === 'jhash' || stream.peek() === 'symhash') return takeHash(stream);
  if (stream.take('meta', 'random'))
    return { expression: { kind: 'unknown', text: 'meta random' }, type: 'number' };
  const source = takeField(stream);
  if (!source) return undefined;
  const shift = takeShift(stream);
  const mask = takeMask(stream, source.type);
  return {
    expression: {
      kind: 'field',
      field: source.field,
      // The mask of an expression is laid on before the shift, that of the text behind it.
      ...(mask === undefined ? {} : { mask: shift === undefined ? mask : unshift(mask, shift) }),
      ...(shift === undefined ? {} : { shift }),
      ...(source.viaInterface === undefined ? {} : { viaInterface: source.viaInterface }),
    },
    type: source.type,
    source,
  };
}

/** `>> 4` and `<< 4`: positive to the right, negative to the left. Only marks are shifted. */
function takeShift(stream: TokenStream): number | undefined {
  const sign = stream.peek();
  const bits = Number(stream.peek(1));
  if ((sign !== '>>' && sign !== '<<') || !(bits >= 0 && bits < 32)) return undefined;
  stream.next();
  stream.next();
  return sign === '>>' ? bits : -bits;
}

function unshift(mask: Ip, shift: number): Ip {
  if (typeof mask === 'bigint') return mask;
  return shift >= 0 ? (mask << shift) >>> 0 : mask >>> -shift;
}

function takeMask(stream: TokenStream, type: ValueType): Ip | undefined {
  if (stream.peek() !== '&' && stream.peek() !== 'and') return undefined;
  const before = stream.position;
  stream.next();
  if (type === 'address') {
    const address = parseIp(stream.peek());
    if (address === undefined) stream.rewind(before);
    else stream.next();
    return address;
  }
  let mask = takeFlags(stream, type);
  if (mask === undefined) stream.rewind(before);
  while (mask !== undefined && (stream.peek() === '&' || stream.peek() === 'and')) {
    stream.next();
    const more = takeFlags(stream, type);
    if (more === undefined) break;
    mask = (mask & more) >>> 0;
  }
  return mask;
}

/** A number, or flags joined by `|` in parentheses: `(fin | syn)`. */
function takeFlags(stream: TokenStream, type: ValueType): number | undefined {
  const isGrouped = stream.take('(');
  let value = parseNumber(stream.peek(), type);
  if (value === undefined) return undefined;
  stream.next();
  if (!isGrouped) return value;
  while (stream.peek() === '|') {
    const more = parseNumber(stream.peek(1), type);
    if (more === undefined) break;
    stream.next();
    stream.next();
    value = (value | more) >>> 0;
  }
  stream.take(')');
  return value;
}

function takeNumgen(stream: TokenStream): KeyExpression | undefined {
  const mode = stream.next() === 'inc' ? 'inc' : 'random';
  const mod = stream.take('mod') ? Number(stream.next()) : Number.NaN;
  const offset = stream.take('offset') ? Number(stream.next()) : 0;
  if (!Number.isInteger(mod)) return undefined;
  return { expression: { kind: 'numgen', mode, mod, offset }, type: 'number' };
}

function takeHash(stream: TokenStream): KeyExpression | undefined {
  const kind = stream.next();
  const key = kind === 'jhash' ? (takeKey(stream) ?? []) : [];
  const mod = stream.take('mod') ? Number(stream.next()) : Number.NaN;
  if (stream.take('seed')) stream.next();
  const offset = stream.take('offset') ? Number(stream.next()) : 0;
  if (!Number.isInteger(mod)) return undefined;
  const fields = key.flatMap(({ expression }): Field[] =>
    expression.kind === 'field' ? [expression.field] : [],
  );
  return { expression: { kind: 'hash', fields, mod, offset }, type: 'number' };
}
