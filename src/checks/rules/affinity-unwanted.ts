import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';
import { rewriteProxyRules } from '../rewrite-proxy-rules.ts';

/** A node keeps clients at their endpoint although the Service asks for no affinity: connections work, but unevenly. */
export const affinityUnwanted: Check = defineDiscrepancyCheck({
  id: 'rules/affinity-unwanted',
  asserts: 'a node spreads the connections of a client where the Service asks for no affinity',
  faults: ['K05', 'S12'],
  kinds: ['affinity-unwanted'],
  needs: ['verifications', 'endpointSlices'],
  tell: (group, { world }) => ({
    severity: 'warning',
    summary: `${group.node} keeps clients of ${group.frontends.join(', ')} at their endpoint, although sessionAffinity is None`,
    remedy: explainProxy(world, group.node).remedy,
    repair: (before) => rewriteProxyRules(before, [group.node]),
  }),
});
