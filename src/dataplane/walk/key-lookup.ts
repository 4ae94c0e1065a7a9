import type { Expression } from '../ruleset/rule-parts.ts';
import type { ElementIndex, KeyValue, SetElement } from '../ruleset/sets.ts';
import { ABSENT, evaluateExpression } from './field-value.ts';
import type { PacketState } from './packet-state.ts';
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
  const values: KeyValue[] = [];
  for (let i = 0; i < key.length; i++) {
    const value = evaluateExpression(context, state, key[i] as Expression);
    if (value === ABSENT) return 'absent';
    values.push(value);
  }
  return elements.find(values);
}
