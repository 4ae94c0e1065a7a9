import type { Check } from '../check.ts';
import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';
import { rewriteProxyRules } from '../rewrite-proxy-rules.ts';

/** The Service asks for ClientIP affinity and a node does not keep it. */
export const affinityMissing: Check = defineDiscrepancyCheck({
  id: 'rules/affinity-missing',
  asserts: 'a node keeps a client at its endpoint where the Service asks for ClientIP affinity',
  faults: ['S12', 'K05'],
  kinds: ['affinity-missing'],
  needs: ['verifications', 'endpointSlices'],
  tell: (group, { world }) => ({
    summary: `${group.node} does not keep clients of ${group.frontends.join(', ')} at their endpoint, although sessionAffinity is ClientIP`,
    remedy: explainProxy(world, group.node).remedy,
    repair: (before) => rewriteProxyRules(before, [group.node]),
  }),
});
