import { describeClients } from '../../verify/describe-clients.ts';
import type { Check } from '../check.ts';
import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';
import { rewriteProxyRules } from '../rewrite-proxy-rules.ts';

/** The source is kept where it must be replaced, or replaced where it must be kept. */
export const masquerade: Check = defineDiscrepancyCheck({
  id: 'rules/masquerade',
  asserts: 'a node replaces the source of a packet where the reply needs it, and only there',
  faults: ['R07', 'R05', 'N02', 'R18', 'K13'],
  kinds: ['masquerade-missing', 'masquerade-unwanted'],
  needs: ['verifications', 'endpointSlices'],
  tell: (group, { world }) => {
    const isMissing = group.discrepancies.some(({ kind }) => kind === 'masquerade-missing');
    const isHairpin = group.discrepancies.every(({ expectation }) => expectation.vantage.pod !== undefined);
    const config = world.kubeProxies.get(group.node)?.config;
    const nodeCidr = world.nodes.find(({ metadata }) => metadata.name === group.node)?.spec.podCIDR;
    const cidrs = config?.clusterCidrs.join(', ') ?? '';
    const what = isMissing
      ? 'keeps the client’s address where the reply needs it replaced'
      : 'replaces the client’s address, which should be kept';
    return {
      summary: `${group.node} ${what} for ${group.frontends.join(', ')} (${describeClients(group.discrepancies.map(({ expectation }) => expectation.vantage))})`,
      faults: isHairpin ? ['N02', 'R18', 'R07'] : isMissing ? ['R07', 'R05', 'R18'] : ['R05', 'K13'],
      ...(config?.source === undefined
        ? {}
        : {
            evidence: [
              {
                source: config.source,
                text: `clusterCIDR ${cidrs || 'is not set'}, pod range of ${group.node} ${nodeCidr ?? 'not known'}`,
              },
            ],
          }),
      remedy: explainProxy(world, group.node).remedy,
      repair: (before) => rewriteProxyRules(before, [group.node]),
    };
  },
});
