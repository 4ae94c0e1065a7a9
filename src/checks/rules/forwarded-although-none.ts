import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import type { DiscrepancyGroup } from '../../verify/group-discrepancies.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';
import { rewriteProxyRules } from '../rewrite-proxy-rules.ts';

/** A node forwards what it should refuse: the endpoints are gone, its rules are not. */
export const forwardedAlthoughNone: Check = defineDiscrepancyCheck({
  id: 'rules/forwarded-although-none',
  asserts: 'a node forwards nothing for a Service without endpoints',
  faults: ['K05', 'K09'],
  kinds: ['forwarded-although-none'],
  needs: ['verifications', 'endpointSlices'],
  tell: (group, { world }) => {
    const proxy = explainProxy(world, group.node);
    return {
      summary: `${group.node} ${whatOf(group)}${proxy.why ? `; ${proxy.why}` : ''}`,
      faults: [...new Set([...proxy.faults, 'K09'])],
      evidence: proxy.evidence,
      remedy: proxy.remedy,
      repair: (before) => rewriteProxyRules(before, [group.node]),
    };
  },
});

/** What the node forwards that it should not, by what should have kept it. */
function whatOf({ discrepancies, frontends }: DiscrepancyGroup): string {
  const to = frontends.join(', ');
  switch (discrepancies[0].expectation.deniedBy) {
    case 'loadBalancerSourceRanges':
      return `lets clients in to ${to} whom loadBalancerSourceRanges leaves out`;
    case 'externalTrafficPolicy':
    case 'internalTrafficPolicy':
      return `forwards ${to} to other nodes, although the traffic policy is Local and it has no endpoint`;
    default:
      return `still forwards ${to}, which has no endpoint`;
  }
}
