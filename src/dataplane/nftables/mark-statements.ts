import type { MarkChange, Statement } from '../ruleset/rule-parts.ts';
import { type KeyExpression, takeKey } from './expressions.ts';
import { takeMap } from './map-lookup.ts';
import type { TokenStream } from './token-stream.ts';

/** Settings of `meta` and `ct` that change nothing that is walked. */
const SILENT = [
  ['meta', 'nftrace'],
  ['meta', 'priority'],
  ['meta', 'pkttype'],
  ['meta', 'secmark'],
  ['ct', 'helper'],
  ['ct', 'timeout'],
  ['ct', 'label'],
  ['ct', 'event'],
  ['ct', 'eventmask'],
  ['ct', 'expectation'],
  ['ct', 'secmark'],
] as const;

/** `meta mark set …`, `ct mark set …` and what else is set of packet and connection. */
export function takeMetaSet(stream: TokenStream, used: KeyExpression[]): Statement | undefined {
  if (stream.take('meta', 'mark', 'set') || stream.take('mark', 'set')) return markSet(stream, 'mark', used);
  if (stream.take('ct', 'mark', 'set')) return markSet(stream, 'ctmark', used);
  // A zone gives the connection another set of entries, which nothing here models.
  if (stream.take('ct', 'zone', 'set'))
    return { kind: 'unknown-statement', text: `ct zone set ${stream.next()}` };
  for (const words of SILENT)
    if (stream.take(...words, 'set')) {
      stream.next();
      while (stream.take(',')) stream.next();
      return { kind: 'pass', text: `${words.join(' ')} set` };
    }
  return undefined;
}

function markSet(
  stream: TokenStream,
  field: 'mark' | 'ctmark',
  used: KeyExpression[],
): Statement | undefined {
  const kind = field === 'mark' ? 'set-mark' : 'set-ctmark';
  if (/^(0x[\da-f]+|\d+)$/i.test(stream.peek())) {
    const change = takeChange(stream, { and: 0, xor: Number(stream.next()) >>> 0 });
    return change && { kind, change };
  }
  const map = takeMap(stream, ['number'], used);
  if (map !== undefined)
    return OPERATORS.has(stream.peek()) ? undefined : { kind: 'compute-mark', field, ...map, change: SAME };
  const [source, ...more] = takeKey(stream) ?? [];
  if (source === undefined || more.length > 0 || source.expression.kind === 'unknown') return undefined;
  used.push(source);
  const { expression } = source;
  const change = takeChange(stream, SAME);
  if (change === undefined) return undefined;
  if (expression.kind === 'field' && expression.shift === undefined) {
    const { mask = 0xffffffff } = expression;
    if (typeof mask === 'number' && expression.field === field)
      return { kind, change: { and: (mask & change.and) >>> 0, xor: change.xor } };
    if (typeof mask === 'number' && isSame(change)) {
      if (field === 'mark' && expression.field === 'ctmark')
        return { kind: 'restore-mark', nfmask: 0xffffffff, ctmask: mask };
      if (field === 'ctmark' && expression.field === 'mark')
        return { kind: 'save-mark', nfmask: mask, ctmask: 0xffffffff };
    }
  }
  return { kind: 'compute-mark', field, key: [expression], change };
}

const SAME: MarkChange = { and: 0xffffffff, xor: 0 };

function isSame({ and, xor }: MarkChange): boolean {
  return and === SAME.and && xor === 0;
}

const OPERATORS = new Set(['&', '|', '^', 'and', 'or', 'xor']);

/** Folds `& a | b ^ c` into the change so far. */
function takeChange(stream: TokenStream, from: MarkChange): MarkChange | undefined {
  let { and, xor } = from;
  while (OPERATORS.has(stream.peek())) {
    const operator = stream.next();
    const value = Number(stream.next());
    if (!Number.isInteger(value)) return undefined;
    if (operator === '&' || operator === 'and') [and, xor] = [and & value, xor & value];
    else if (operator === '|' || operator === 'or') [and, xor] = [and & ~value, (xor & ~value) | value];
    else xor ^= value;
  }
  return { and: and >>> 0, xor: xor >>> 0 };
}
