import type { Chain, Table } from '../ruleset/ruleset.ts';
import type { RuleReference } from './trace.ts';

const rules = new WeakMap<Chain, Map<string, (RuleReference | undefined)[]>>();
const policies = new WeakMap<Chain, Map<string, RuleReference>>();

/** The rule at `index` of `chain`, as an answer names it. One object a rule and node, however often it is asked for. */
export function referenceToRule(node: string, table: Table, chain: Chain, index: number): RuleReference {
  let byNode = rules.get(chain);
  if (byNode === undefined) rules.set(chain, (byNode = new Map()));
  let list = byNode.get(node);
  if (list === undefined) byNode.set(node, (list = []));
  const known = list[index];
  if (known !== undefined) return known;
  const reference: RuleReference = {
    node,
    family: table.family,
    table: table.name,
    chain: chain.name,
    // Most references are compared, not shown.
    get rule() {
      return chain.rules.at(index).text;
    },
    source: table.source,
    get line() {
      return chain.rules.at(index).line;
    },
  };
  list[index] = reference;
  return reference;
}

/** The policy of a base chain, or another property of a chain that decided (`chain is missing`). */
export function referenceToChain(node: string, table: Table, chain: Chain, text: string): RuleReference {
  let byKey = policies.get(chain);
  if (byKey === undefined) policies.set(chain, (byKey = new Map()));
  const key = `${node}|${text}`;
  let known = byKey.get(key);
  if (known === undefined) {
    known = {
      node,
      family: table.family,
      table: table.name,
      chain: chain.name,
      rule: text,
      source: table.source,
      line: chain.line,
    };
    byKey.set(key, known);
  }
  return known;
}
