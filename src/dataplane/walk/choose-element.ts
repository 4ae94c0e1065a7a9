import type { Expression } from '../ruleset/rule-parts.ts';
import type { ElementIndex, SetElement } from '../ruleset/sets.ts';
import { lookUpKey } from './key-lookup.ts';
import type { PacketState } from './packet-state.ts';
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
  const counts = new Map<SetElement | undefined, number>();
  const key: number[] = [0];
  for (let i = 0; i < mod; i++) {
    key[0] = i + offset;
    const found = elements.find(key);
    const element = found === 'unknown' ? undefined : found;
    counts.set(element, (counts.get(element) ?? 0) + 1);
  }
  if (counts.size === 1) return { kind: 'one', element: [...counts.keys()][0] };
  return {
    kind: 'several',
    elements: [...counts.keys()],
    weights: isUniform ? [...counts.values()].map((count) => count / mod) : undefined,
    why,
  };
}
