import type { ElementIndex, KeyPart, KeyValue, SetElement } from './sets.ts';

/**
 * Elements that can be looked up by key. Exact keys go by hash; keys with ranges, wildcards or exceptions are tried
 * in source order, the narrowest `nomatch` exception winning as in ipset.
 */
export function indexElements(elements: Iterable<SetElement>): ElementIndex {
  const list = [...elements];
  const exact = new Map<string, SetElement>();
  const ranged: SetElement[] = [];
  for (const element of list) {
    const key = exactKey(element.key);
    if (key === undefined || element.nomatch) ranged.push(element);
    else if (!exact.has(key)) exact.set(key, element);
  }
  return {
    size: list.length,
    all: () => list,
    find: (key) => find(key, list, exact, ranged),
  };
}

function find(
  key: readonly KeyValue[],
  list: readonly SetElement[],
  exact: ReadonlyMap<string, SetElement>,
  ranged: readonly SetElement[],
): SetElement | undefined | 'unknown' {
  if (key.includes(undefined))
    return list.some((element) => fits(element, key) !== false) ? 'unknown' : undefined;
  const excepted = ranged.some((element) => element.nomatch && fits(element, key) === true);
  if (excepted) return undefined;
  return (
    exact.get(key.map(String).join(' ')) ??
    ranged.find((element) => !element.nomatch && fits(element, key) === true)
  );
}

function exactKey(key: readonly KeyPart[]): string | undefined {
  const parts: string[] = [];
  for (const part of key) {
    if ('name' in part) {
      if (part.name.endsWith('*')) return undefined;
      parts.push(part.name);
    } else {
      if (part.low !== part.high) return undefined;
      parts.push(String(part.low));
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
