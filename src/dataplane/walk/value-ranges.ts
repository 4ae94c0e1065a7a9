import type { Ip } from '../../model/address.ts';
import type { ValueRange } from '../ruleset/verdict.ts';

/** Whether `value` lies in one of `ranges`; values of the other address family never do. */
export function isInRanges(value: Ip, ranges: readonly ValueRange[]): boolean {
  for (let i = 0; i < ranges.length; i++) {
    const range = ranges[i] as ValueRange;
    if (value >= range.low && value <= range.high && typeof range.low === typeof value) return true;
  }
  return false;
}

/** Whether `name` is one of `names`, which may end in `*`; no name (`''`) is in none of those. */
export function isInNames(name: string, names: readonly string[]): boolean {
  for (const pattern of names) {
    if (pattern === name) return true;
    if (name !== '' && pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1))) return true;
  }
  return false;
}

/** What `a` and `b` share; ranges of numbers, in ascending order. */
export function intersectRanges(a: readonly ValueRange[], b: readonly ValueRange[]): ValueRange[] {
  const shared: ValueRange[] = [];
  for (const x of a) {
    for (const y of b) {
      const low = x.low > y.low ? x.low : y.low;
      const high = x.high < y.high ? x.high : y.high;
      if (low <= high) shared.push({ low, high });
    }
  }
  return shared.sort((x, y) => Number(x.low) - Number(y.low));
}

/** What of `a` does not lie in `b`; ranges of numbers. */
export function subtractRanges(a: readonly ValueRange[], b: readonly ValueRange[]): readonly ValueRange[] {
  let rest: readonly ValueRange[] = a;
  for (const cut of b) {
    const next: ValueRange[] = [];
    for (const { low, high } of rest) {
      if (cut.high < low || cut.low > high) {
        next.push({ low, high });
        continue;
      }
      if (low < cut.low) next.push({ low, high: Number(cut.low) - 1 });
      if (high > cut.high) next.push({ low: Number(cut.high) + 1, high });
    }
    rest = next;
  }
  return rest;
}
