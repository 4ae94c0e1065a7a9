import type { Chain, Rule } from './ruleset.ts';

/** The rules of `chain` in order, each made as it is asked for, as large dumps keep rows; none where the chain does not exist. */
export function* rulesOf(chain: Pick<Chain, 'rules'> | undefined): Generator<Rule> {
  if (chain === undefined) return;
  for (let index = 0; index < chain.rules.length; index++) yield chain.rules.at(index);
}
