import type { RuleReference } from '../dataplane/walk/trace.ts';

/** The command that shows where `rule` stands on its node, ready to paste there. */
export function showRuleCommand(rule: RuleReference): string {
  if (rule.rule.startsWith('-A ') || (rule.rule.startsWith('policy') && isBuiltIn(rule))) {
    return `${rule.family === 'ip6' ? 'ip6tables' : 'iptables'} -t ${rule.table} -S ${rule.chain}   # on ${rule.node}`;
  }
  return `nft -a list chain ${rule.family} ${rule.table} ${rule.chain}   # on ${rule.node}`;
}

/** Chains that iptables has in each of its tables; nft shows them as well, but not where they are of the legacy kind. */
function isBuiltIn({ family, table, chain }: RuleReference): boolean {
  return (
    /^ip6?$/.test(family) &&
    /^(filter|nat|mangle|raw|security)$/.test(table) &&
    /^(INPUT|FORWARD|OUTPUT|PREROUTING|POSTROUTING)$/.test(chain)
  );
}
