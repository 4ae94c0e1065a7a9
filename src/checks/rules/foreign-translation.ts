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
  faults: ['R10', 'X07', 'S09', 'C10', 'D16'],
  kinds: ['shadowed'],
  tell: (group) => {
    const [rule] = group.at;
    if (!rule) return undefined;
    if (UNTRACKS.test(rule.rule)) return tellUntracked(group, rule);
    return {
      faults: ['R10', 'X07', 'S09', 'C10'],
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
  if (group.owner === 'NodeLocal DNS') return tellCache(group, rule);
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

/** NodeLocal DNS takes the address for itself; a server of it that answers is no discrepancy. */
function tellCache(group: DiscrepancyGroup, rule: RuleReference): Told {
  return {
    faults: ['D16', 'C10'],
    summary: `on ${group.node} NodeLocal DNS takes ${group.frontends.join(', ')} for itself (a rule in ${rule.family} ${rule.table} ${rule.chain} keeps it from being translated), and no process listens there: its server does not run`,
    remedy: {
      text: 'bring its pod on the node up; or remove its rules and its interface, so that the DNS Service is asked',
      commands: [
        `kubectl -n kube-system get pods -l k8s-app=node-local-dns --field-selector spec.nodeName=${group.node}`,
        showRuleCommand(rule),
      ],
    },
    repair: (before) => withoutRules(before, group.at),
  };
}
