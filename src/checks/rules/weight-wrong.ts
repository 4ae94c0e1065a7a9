import type { Check } from '../check.ts';
import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';
import { rewriteProxyRules } from '../rewrite-proxy-rules.ts';

/** A node spreads connections unevenly although every endpoint should get the same share. */
export const weightWrong: Check = defineDiscrepancyCheck({
  id: 'rules/weight-wrong',
  asserts: 'every node gives each endpoint the same share of connections',
  faults: ['R09', 'R13'],
  kinds: ['weight-wrong'],
  needs: ['verifications', 'endpointSlices'],
  tell: (group, { world }) => ({
    summary: `${group.node} gives the endpoints of ${group.frontends.join(', ')} unequal shares: ${group.discrepancies[0].summary}`,
    remedy: explainProxy(world, group.node).remedy,
    repair: (before) => rewriteProxyRules(before, [group.node]),
  }),
});
