import type { MapLookup } from '../ruleset/rule-parts.ts';
import type { ElementIndex, SetElement } from '../ruleset/sets.ts';
import { type ChainRun, type Cursor, currentRule, type Flow, stop } from './chain-run.ts';
import { type Choice, choose } from './choose-element.ts';
import { forkByUnknown, forkByWeight, type Slot } from './outcome-tree.ts';
import { forkState } from './packet-state.ts';
import { takeBranches } from './walk-context.ts';

/** Looks up what `lookup` says for the packet, and goes on with `apply` for every element that it may answer with, each a branch of its own. */
export function runMap(
  run: ChainRun,
  cursor: Cursor,
  { key, map }: MapLookup,
  part: number,
  apply: (cursor: Cursor, element: SetElement | undefined) => Flow,
): Flow {
  const elements: ElementIndex | undefined =
    typeof map === 'string' ? run.entry.table.sets.get(map)?.elements : map.elements;
  if (elements === undefined) {
    return stop(run, cursor, `map ${typeof map === 'string' ? map : ''} is not in the dump`);
  }
  const choice = choose(run.context, cursor.state, elements, key);
  if (choice.kind === 'absent') return 'next-rule';
  if (choice.kind === 'one') return apply(cursor, choice.element);
  return runChoice(run, cursor, part, choice, apply);
}

/** Goes on with `apply` for each element of `choice`, each a branch of its own. */
export function runChoice<T>(
  run: ChainRun,
  cursor: Cursor,
  part: number,
  {
    elements,
    weights,
    why,
  }: Omit<Extract<Choice, { kind: 'several' }>, 'kind' | 'elements'> & {
    readonly elements: readonly T[];
  },
  apply: (cursor: Cursor, element: T) => Flow,
): Flow {
  const { state } = cursor;
  if (!takeBranches(run.context, elements.length - 1, weights !== undefined))
    return stop(run, cursor, 'the rules branch too often');
  const slots =
    weights === undefined
      ? forkByUnknown(state.slot, elements.length, { text: why, rule: currentRule(run, cursor) })
      : forkByWeight(state.slot, weights);
  for (let i = elements.length - 1; i >= 0; i--) {
    const branch: Cursor = { ...cursor, state: forkState(state, slots[i] as Slot) };
    const flow = apply(branch, elements[i] as T);
    if (flow === 'done') continue;
    if (flow === 'next-rule') {
      branch.index++;
      branch.part = 0;
    } else if (flow === 'next-part') {
      branch.part = part + 1;
    }
    run.pending.push(branch);
  }
  return 'done';
}
