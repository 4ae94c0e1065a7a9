import type { Ip } from './address.ts';
import { type Cidr, lastOf } from './cidr.ts';

interface Span {
  readonly first: Ip;
  readonly last: Ip;
}

/** Whether an address lies in one of `cidrs`, of which there may be thousands: each question takes a binary search. */
export function unionOf(cidrs: readonly Cidr[]): (address: Ip) => boolean {
  const narrow = spansOf(cidrs.filter(({ first }) => typeof first === 'number'));
  const wide = spansOf(cidrs.filter(({ first }) => typeof first === 'bigint'));
  return (address) => {
    const spans = typeof address === 'number' ? narrow : wide;
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((spans[middle] as Span).first <= address) low = middle + 1;
      else high = middle;
    }
    return low > 0 && (spans[low - 1] as Span).last >= address;
  };
}

/** Prefixes are apart or one inside the other: those inside are left out. */
function spansOf(cidrs: readonly Cidr[]): Span[] {
  const spans: Span[] = [];
  const sorted = cidrs
    .map((cidr): Span => ({ first: cidr.first, last: lastOf(cidr) }))
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : a.last > b.last ? -1 : 1));
  for (const span of sorted) {
    const before = spans.at(-1);
    if (before === undefined || span.first > before.last) spans.push(span);
  }
  return spans;
}
