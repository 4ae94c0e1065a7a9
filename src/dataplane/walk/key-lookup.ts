import type { Expression } from '../ruleset/rule-parts.ts';
import type { ElementIndex, KeyValue, SetElement } from '../ruleset/sets.ts';
import { ABSENT, evaluateExpression } from './field-value.ts';
import type { PacketState } from './packet-state.ts';
import { changedElement } from './set-changes.ts';
import type { WalkContext } from './walk-context.ts';

/**
 * The element of `elements` for the packet; undefined where there is none, `unknown` where that depends on something not
 * known, `absent` where the packet has no such field and the rule does not apply.
 */
export function lookUpKey(
  context: WalkContext,
  state: PacketState,
  elements: ElementIndex,
  key: readonly Expression[],
): SetElement | undefined | 'unknown' | 'absent' {
  const values = keyOf(context, state, key);
  if (values === undefined) return 'absent';
  if (state.setChanges !== undefined) {
    const changed = changedElement(state, elements, values);
    if (changed !== 'untouched') return changed;
  }
  return elements.find(values);
}

/** The values of `key`; undefined where the packet lacks one of the fields. */
export function keyOf(
  context: WalkContext,
  state: PacketState,
  key: readonly Expression[],
): KeyValue[] | undefined {
  const values: KeyValue[] = [];
  for (let i = 0; i < key.length; i++) {
    const value = evaluateExpression(context, state, key[i] as Expression);
    if (value === ABSENT) return undefined;
    values.push(value);
  }
  return values;
}
