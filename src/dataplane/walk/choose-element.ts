import type { Expression } from '../ruleset/rule-parts.ts';
import type { ElementIndex, SetElement } from '../ruleset/sets.ts';
import { lookUpKey } from './key-lookup.ts';
import type { PacketState } from './packet-state.ts';
import { intersectRanges } from './value-ranges.ts';
import type { WalkContext } from './walk-context.ts';

/**
 * Which elements a map may answer with: one for certain (`undefined`: none), one of several by weight, or one of several of
 * which nothing is known. `absent`: the packet has no such field, the rule does not apply.
 */
export type Choice =
  | { readonly kind: 'one'; readonly element: SetElement | undefined }
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'several';
      readonly elements: readonly (SetElement | undefined)[];
      /** Undefined: nothing is known about how often each is chosen. */
      readonly weights: readonly number[] | undefined;
      readonly why: string;
    };

const ABSENT_CHOICE: Choice = { kind: 'absent' };
const NO_ELEMENT: Choice = { kind: 'one', element: undefined };

/** What the map `elements` answers for `key`. */
export function choose(
  context: WalkContext,
  state: PacketState,
  elements: ElementIndex,
  key: readonly Expression[],
): Choice {
  const [first] = key;
  if (key.length === 1 && first?.kind === 'numgen') {
    return chooseByNumber(elements, first.mod, first.offset, true, '');
  }
  if (key.length === 1 && first?.kind === 'hash') {
    return chooseByNumber(
      elements,
      first.mod,
      first.offset,
      false,
      `which value the hash of ${first.fields.join(', ')} has`,
    );
  }
  const found = lookUpKey(context, state, elements, key);
  if (found === 'absent') return ABSENT_CHOICE;
  if (found === undefined) return NO_ELEMENT;
  if (found !== 'unknown') return { kind: 'one', element: found };
  const all: (SetElement | undefined)[] = [undefined];
  for (const element of elements.all()) all.push(element);
  return {
    kind: 'several',
    elements: all,
    weights: undefined,
    why: 'which element of the map the packet finds',
  };
}

function chooseByNumber(
  elements: ElementIndex,
  mod: number,
  offset: number,
  isUniform: boolean,
  why: string,
): Choice {
  // Element by element, not number by number: there may be four thousand million of those.
  const counts = new Map<SetElement | undefined, number>();
  let left = mod;
  for (const element of elements.all()) {
    const [part] = element.key;
    if (part === undefined || 'name' in part || typeof part.low !== 'number') continue;
    const [shared] = intersectRanges([part], [{ low: offset, high: offset + mod - 1 }]);
    if (shared === undefined || left <= 0) continue;
    const count = Math.min(Number(shared.high) - Number(shared.low) + 1, left);
    counts.set(element, count);
    left -= count;
  }
  if (left > 0) counts.set(undefined, left);
  if (counts.size === 1) return { kind: 'one', element: [...counts.keys()][0] };
  return {
    kind: 'several',
    elements: [...counts.keys()],
    weights: isUniform ? [...counts.values()].map((count) => count / mod) : undefined,
    why,
  };
}
