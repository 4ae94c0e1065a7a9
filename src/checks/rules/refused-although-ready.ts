import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';
import { rewriteProxyRules } from '../rewrite-proxy-rules.ts';
import { tellLeftover } from '../tell-leftover.ts';

/** A node refuses or drops what it should forward, by a rule or virtual server of kube-proxy's own. */
export const refusedAlthoughReady: Check = defineDiscrepancyCheck({
  id: 'rules/refused-although-ready',
  asserts: 'no node refuses a Service that has ready endpoints',
  faults: ['K05', 'R12', 'K09'],
  kinds: ['refused-although-ready'],
  needs: ['verifications', 'endpointSlices'],
  tell: (group, { world }) => {
    const left = tellLeftover(group, world);
    if (left) return left;
    const proxy = explainProxy(world, group.node);
    const isIpvs = group.at.some(({ family }) => family === 'ipvs');
    return {
      summary: `${group.node} refuses ${group.frontends.join(', ')} although endpoints are ready${proxy.why ? `; ${proxy.why}` : ''}`,
      faults: isIpvs ? ['R12', 'R13', ...proxy.faults] : [...proxy.faults, 'K09'],
      evidence: proxy.evidence,
      remedy: proxy.remedy,
      repair: (before) => rewriteProxyRules(before, [group.node]),
    };
  },
});
