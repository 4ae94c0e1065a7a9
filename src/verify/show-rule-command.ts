import type { RuleReference } from '../dataplane/walk/trace.ts';

/** The command that shows where `rule` stands on its node, ready to paste there. */
export function showRuleCommand(rule: RuleReference): string {
  if (rule.rule.startsWith('-A ')) {
    return `${rule.family === 'ip6' ? 'ip6tables' : 'iptables'} -t ${rule.table} -S ${rule.chain}   # on ${rule.node}`;
  }
  return `nft -a list chain ${rule.family} ${rule.table} ${rule.chain}   # on ${rule.node}`;
}
