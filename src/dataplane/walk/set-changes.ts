import type { ElementIndex, KeyValue, SetElement } from '../ruleset/sets.ts';
import type { PacketState, SetChange } from './packet-state.ts';

/** Notes a change, so that rules behind it see it. */
export function changeSet(state: PacketState, change: SetChange): void {
  state.setChanges = { value: change, rest: state.setChanges };
}

/**
 * What the packet itself made of the element for `key`; `untouched` where it changed nothing about it, `unknown` where that
 * depends on a value that is not known.
 */
export function changedElement(
  state: PacketState,
  of: ElementIndex | string,
  key: readonly KeyValue[],
): SetElement | undefined | 'unknown' | 'untouched' {
  for (let at = state.setChanges; at !== undefined; at = at.rest) {
    const change = at.value;
    if (change.of !== of) continue;
    const same = isSame(change.key, key);
    if (same === undefined) return 'unknown';
    if (same) return change.element;
  }
  return 'untouched';
}

function isSame(a: readonly KeyValue[], b: readonly KeyValue[]): boolean | undefined {
  let isSure = true;
  for (const [i, value] of a.entries()) {
    if (value === undefined || b[i] === undefined) isSure = false;
    else if (value !== b[i]) return false;
  }
  return isSure ? true : undefined;
}
