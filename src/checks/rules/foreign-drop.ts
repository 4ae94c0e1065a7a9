import { isRefusedByAny } from '../../intent/policy-admission.ts';
import { describeClients } from '../../verify/describe-clients.ts';
import { showRuleCommand } from '../../verify/show-rule-command.ts';
import { withoutOwnerDrops } from '../../world/repair/node-state.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';

/** Tables that packets are walked through; `bridge` stands for a port that sends no frame back, which is not a rule. */
const NETFILTER = new Set(['ip', 'ip6', 'inet']);

/** Programs that write rules for network policies. */
const ENGINES = new Set(['Calico', 'Cilium', 'kube-router', 'Azure NPM', 'Antrea']);

/** Who drops decides which fault of the catalogue it is. */
const FAULT_OF_OWNER: Record<string, readonly string[]> = {
  firewalld: ['F05', 'F07'],
  ufw: ['F06', 'F04'],
  Docker: ['F04', 'F07'],
  Calico: ['F01', 'F09', 'F11'],
  Cilium: ['F01', 'F11'],
  'kube-router': ['F01', 'F09'],
  'Azure NPM': ['F01', 'F09'],
  Antrea: ['F01', 'F11'],
};

/** A rule that is not kube-proxy's drops or rejects what the Service promises. */
export const foreignDrop: Check = defineDiscrepancyCheck({
  id: 'rules/foreign-drop',
  asserts: 'no other program’s rule drops the Service’s packets',
  faults: ['F07', 'F05', 'F04', 'F06', 'F01', 'F09', 'F11'],
  kinds: ['dropped'],
  // What NetworkPolicies ask for is told by the checks of policies.
  concerns: ({ at, expectation: { vantage, endpoints, frontend } }, { world }) =>
    at !== undefined &&
    NETFILTER.has(at.family) &&
    !isRefusedByAny(world, vantage, endpoints, frontend.protocol),
  tell: (group, { subject }) => {
    const [rule] = group.at;
    if (!rule) return undefined;
    const isPolicy = rule.rule.startsWith('policy');
    // Docker and hardening scripts set the policy of the FORWARD chain that all share; another base chain is a program's own.
    const isShared = rule.chain === 'FORWARD' && rule.table === 'filter';
    const isReject = /reject/i.test(rule.rule);
    const isDns = subject.service?.spec.ports?.some(({ port }) => port === 53) === true;
    const isPolicyEngine = ENGINES.has(group.owner);
    const byOwner = [...(isDns && isPolicyEngine ? ['F02'] : []), ...(FAULT_OF_OWNER[group.owner] ?? [])];
    const byForm = isPolicy
      ? isShared
        ? ['F04', 'F07']
        : ['F07', 'F04']
      : isReject
        ? ['F05', 'F07']
        : ['F07', 'F05', 'F04'];
    return {
      summary: `${group.node} drops packets of ${describeClients(group.discrepancies.map(({ expectation }) => expectation.vantage))} by ${isPolicy ? 'the policy of' : 'a rule in'} ${rule.family} ${rule.table} ${rule.chain} (${group.owner === 'unknown' ? 'not kube-proxy’s' : group.owner})`,
      faults: [...new Set([...byOwner, ...byForm])],
      remedy: {
        text: `accept the Service’s traffic before this rule, or remove it, where ${group.owner === 'unknown' ? 'the program that wrote it' : group.owner} is configured`,
        commands: removeCommands(group.at.map((each) => showRuleCommand(each))),
      },
      repair: (before) => withoutOwnerDrops(before, group.at),
    };
  },
});

function removeCommands(rules: readonly string[]): string[] {
  return [...new Set(rules)].slice(0, 3);
}
