import type { Chain, Chains } from './ruleset.ts';

const known = new WeakMap<Chains, readonly Chain[]>();

/** The chains of `chains` that have a hook, in order. A node of ten thousand Services has a hundred thousand others: those are not made for it. */
export function baseChainsOf(chains: Chains): readonly Chain[] {
  let bases = known.get(chains);
  if (bases === undefined) {
    bases = chains.bases?.() ?? [...chains.values()].filter(({ base }) => base !== undefined);
    known.set(chains, bases);
  }
  return bases;
}
