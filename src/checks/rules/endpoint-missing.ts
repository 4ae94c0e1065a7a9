import { formatAddressPort } from '../../model/address.ts';
import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import type { DiscrepancyGroup } from '../../verify/group-discrepancies.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';
import { rewriteProxyRules } from '../rewrite-proxy-rules.ts';
import { tellLeftover } from '../tell-leftover.ts';

/** A node never sends clients to an endpoint that they should reach. */
export const endpointMissing: Check = defineDiscrepancyCheck({
  id: 'rules/endpoint-missing',
  asserts: 'every node sends clients to every endpoint that the API promises them',
  faults: ['R08', 'K05', 'R12', 'R13'],
  kinds: ['endpoint-missing'],
  needs: ['verifications', 'endpointSlices'],
  // Where clients are sent to others instead, that is told as one thing.
  concerns: ({ node }, { verifications }) =>
    !verifications.some(({ discrepancies }) =>
      discrepancies.some((other) => other.kind === 'endpoint-stale' && other.node === node && !other.isLag),
    ),
  tell: (group, { world }) => {
    const left = tellLeftover(group, world);
    if (left) return left;
    const proxy = explainProxy(world, group.node);
    const endpoints = new Set(
      group.discrepancies.flatMap(({ endpoint }) =>
        endpoint ? [formatAddressPort(endpoint.address, endpoint.port)] : [],
      ),
    );
    return {
      summary: `${group.node} has no way to ${[...endpoints].join(', ') || 'an endpoint'}, which is ready${proxy.why ? `; ${proxy.why}` : ''}`,
      faults: [
        ...new Set(proxy.why ? [...proxy.faults, ...faultsOf(group)] : [...faultsOf(group), ...proxy.faults]),
      ],
      evidence: proxy.evidence,
      remedy: proxy.remedy,
      repair: (before) => rewriteProxyRules(before, [group.node]),
    };
  },
});

/** What is wrong with the endpoint's own chain or, of IPVS, with its real server. */
function faultsOf({ at: [first] }: DiscrepancyGroup): string[] {
  if (first?.family !== 'ipvs') return ['R08'];
  return first.rule.endsWith('weight 0') ? ['R13'] : ['R12', 'K05'];
}
