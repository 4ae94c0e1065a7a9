import { UNTRACKS } from '../../verify/find-untracking.ts';
import { showRuleCommand } from '../../verify/show-rule-command.ts';
import { withoutRules } from '../../world/repair/node-state.ts';
import type { RuleReference } from '../../dataplane/walk/trace.ts';
import type { DiscrepancyGroup } from '../../verify/group-discrepancies.ts';
import type { Check } from '../check.ts';
import { type Told, defineDiscrepancyCheck } from '../discrepancy-check.ts';

/** Another program's DNAT or redirect takes the Service's packets before kube-proxy's rules see them. */
export const foreignTranslation: Check = defineDiscrepancyCheck({
  id: 'rules/foreign-translation',
  asserts: 'no other program’s rule translates the Service’s packets first',
  faults: ['R10', 'X07', 'S09', 'C10'],
  kinds: ['shadowed'],
  tell: (group) => {
    const [rule] = group.at;
    if (!rule) return undefined;
    if (UNTRACKS.test(rule.rule)) return tellUntracked(group, rule);
    return {
      summary: `${group.node} sends ${group.frontends.join(', ')} elsewhere by a rule in ${rule.family} ${rule.table} ${rule.chain} (${group.owner === 'unknown' ? 'not kube-proxy’s' : group.owner}) before kube-proxy’s rules see it`,
      remedy: {
        text: 'remove the rule, or let it leave the Service’s address and port alone',
        commands: [showRuleCommand(rule)],
      },
      repair: (before) => withoutRules(before, group.at),
    };
  },
});

/** A packet that is exempt from connection tracking is never translated. */
function tellUntracked(group: DiscrepancyGroup, rule: RuleReference): Told {
  return {
    faults: ['C10', 'R10'],
    summary: `${group.node} exempts ${group.frontends.join(', ')} from connection tracking by a rule in ${rule.family} ${rule.table} ${rule.chain}, so it is never translated`,
    remedy: {
      text: 'remove the rule, or narrow it so that it leaves the Service’s address alone',
      commands: [showRuleCommand(rule)],
    },
    repair: (before) => withoutRules(before, group.at),
  };
}
