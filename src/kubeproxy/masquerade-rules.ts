import type { Rule, Table } from '../dataplane/ruleset/ruleset.ts';
import { rulesOf } from '../dataplane/ruleset/rules-of.ts';

const CHAIN = 'KUBE-POSTROUTING';

/** A rule by which kube-proxy masquerades, with the rules of its chain. */
export interface MasqueradeRule {
  readonly table: Table;
  readonly rule: Rule;
  readonly chain: readonly Rule[];
}

/** The rules of KUBE-POSTROUTING that masquerade, in what iptables printed; none in nftables mode. Another tool does not print all that they say. */
export function masqueradeRules(tables: readonly Table[]): MasqueradeRule[] {
  return tables.flatMap((table) => {
    if (table.name !== 'nat' || table.origin === 'nftables') return [];
    const chain = [...rulesOf(table.chains.get(CHAIN))];
    return chain
      .filter(
        ({ parts, text }) =>
          parts.some(({ kind }) => kind === 'masquerade') &&
          /\bMASQUERADE\b/.test(text) &&
          !/\bxt target\b/.test(text),
      )
      .map((rule) => ({ table, rule, chain }));
  });
}
