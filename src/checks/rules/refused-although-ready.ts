import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import type { DiscrepancyGroup } from '../../verify/group-discrepancies.ts';
import type { World } from '../../world/world.ts';
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
    const ofIpvs = ipvsFault(group, world);
    return {
      summary: `${group.node} refuses ${group.frontends.join(', ')} although endpoints are ready${ofIpvs ? `: ${ofIpvs.why}` : ''}${proxy.why ? `; ${proxy.why}` : ''}`,
      faults: ofIpvs ? [...ofIpvs.faults, ...proxy.faults] : [...proxy.faults, 'K09'],
      evidence: proxy.evidence,
      remedy: proxy.remedy,
      repair: (before) => rewriteProxyRules(before, [group.node]),
    };
  },
});

/** What is wrong with the virtual server that refuses; undefined where another rule does. */
function ipvsFault(
  { at, node }: DiscrepancyGroup,
  world: World,
): { readonly why: string; readonly faults: readonly string[] } | undefined {
  const refusing = at.find(({ family }) => family === 'ipvs');
  if (refusing === undefined) return undefined;
  const server = world.nodeStates
    .get(node)
    ?.ipvs?.find(({ source, line }) => source === refusing.source && line === refusing.line);
  return server !== undefined && server.servers.length > 0
    ? { why: 'its real servers have weight 0', faults: ['R13', 'R12'] }
    : { why: 'its virtual server has no real server', faults: ['R12', 'R13'] };
}
