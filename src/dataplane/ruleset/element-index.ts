import type { Ip } from '../../model/address.ts';
import type { ElementIndex, KeyPart, KeyValue, SetElement } from './sets.ts';

/** A closed interval of one-dimensional keys. */
interface Interval {
  readonly low: Ip;
  readonly high: Ip;
  readonly element: SetElement;
}

/**
 * Elements that can be looked up by key. Exact keys go by hash, ranges of a single part by bisection; keys of several
 * parts with ranges, wildcards or exceptions are tried in source order, a `nomatch` exception winning as in ipset.
 * `isPartial`: some elements were not understood, so that a key that is not found may be one of them: `unknown`.
 */
export function indexElements(elements: Iterable<SetElement>, isPartial = false): ElementIndex {
  const list = [...elements];
  const exact = new Map<string, SetElement>();
  const ranged: SetElement[] = [];
  for (const element of list) {
    const key = exactKey(element.key);
    if (key === undefined || element.nomatch) ranged.push(element);
    else if (!exact.has(key)) exact.set(key, element);
  }
  const intervals = sortedIntervals(ranged);
  const known = (key: readonly KeyValue[]): SetElement | undefined | 'unknown' => {
    if (key.includes(undefined))
      return list.some((element) => fits(element, key) !== false) ? 'unknown' : undefined;
    if (intervals === undefined && ranged.some((element) => element.nomatch && fits(element, key) === true))
      return undefined;
    return exact.get(key.map(asKey).join(' ')) ?? findRanged(key, ranged, intervals);
  };
  return {
    size: list.length,
    all: () => list,
    find: isPartial ? (key) => known(key) ?? 'unknown' : known,
  };
}

function findRanged(
  key: readonly KeyValue[],
  ranged: readonly SetElement[],
  intervals: readonly Interval[] | undefined,
): SetElement | undefined {
  if (intervals === undefined)
    return ranged.find((element) => !element.nomatch && fits(element, key) === true);
  const [value] = key;
  if (key.length !== 1 || value === undefined || typeof value === 'string') return undefined;
  let from = 0;
  let to = intervals.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((intervals[middle] as Interval).low <= value) from = middle + 1;
    else to = middle;
  }
  const found = intervals[from - 1];
  const holdsIt = found !== undefined && typeof found.low === typeof value && found.high >= value;
  return holdsIt ? found.element : undefined;
}

/** The elements by their low end, where all are intervals of one kind of value that do not overlap. */
function sortedIntervals(ranged: readonly SetElement[]): readonly Interval[] | undefined {
  const intervals: Interval[] = [];
  for (const element of ranged) {
    const [part] = element.key;
    if (element.nomatch || element.key.length !== 1 || part === undefined || 'name' in part) return undefined;
    intervals.push({ low: part.low, high: part.high, element });
  }
  if (!isOneKind(intervals)) return undefined;
  intervals.sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0));
  const isApart = intervals.every(({ low }, i) => i === 0 || (intervals[i - 1] as Interval).high < low);
  return isApart ? intervals : undefined;
}

// Comparing a number with a bigint works, but an IPv4 address is no IPv6 address.
function isOneKind(intervals: readonly Interval[]): boolean {
  return intervals.every(({ low }) => typeof low === typeof intervals[0]?.low);
}

function asKey(value: KeyValue): string {
  return typeof value === 'bigint' ? `${value}n` : String(value);
}

function exactKey(key: readonly KeyPart[]): string | undefined {
  const parts: string[] = [];
  for (const part of key) {
    if ('name' in part) {
      if (part.name.endsWith('*')) return undefined;
      parts.push(part.name);
    } else {
      if (part.low !== part.high) return undefined;
      parts.push(asKey(part.low));
    }
  }
  return parts.join(' ');
}

/** Whether `element` holds `key`; undefined where an unknown part decides. */
function fits({ key: parts }: SetElement, key: readonly KeyValue[]): boolean | undefined {
  if (parts.length !== key.length) return false;
  let isSure = true;
  for (const [index, part] of parts.entries()) {
    const value = key[index];
    if (value === undefined) isSure = false;
    else if (!holds(part, value)) return false;
  }
  return isSure ? true : undefined;
}

function holds(part: KeyPart, value: Exclude<KeyValue, undefined>): boolean {
  if ('name' in part) {
    if (typeof value !== 'string') return false;
    return part.name.endsWith('*') ? value.startsWith(part.name.slice(0, -1)) : value === part.name;
  }
  if (typeof value === 'string') return false;
  return typeof value === typeof part.low && value >= part.low && value <= part.high;
}
