import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import { formatAddressPort } from '../../model/address.ts';
import type { Evidence } from '../../model/evidence.ts';
import type { World } from '../../world/world.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';
import { rewriteProxyRules } from '../rewrite-proxy-rules.ts';

/** What kube-proxy says each time where it knows no zone of its node. *Source:* kubernetes v1.37 pkg/proxy/topology.go. */
const NO_ZONE = /topology hints for service since node is missing label/;

/** A node spreads clients over endpoints that topology hints keep for clients elsewhere: they answer, from further away than asked for. */
export const hintsIgnored: Check = defineDiscrepancyCheck({
  id: 'rules/hints-ignored',
  asserts: 'every node sends its clients to the endpoints that topology hints name for them',
  faults: ['S14', 'K05'],
  kinds: ['hints-ignored'],
  needs: ['verifications', 'endpointSlices'],
  tell: (group, { world }) => {
    const addresses = group.discrepancies.flatMap(({ endpoint }) =>
      endpoint ? [formatAddressPort(endpoint.address, endpoint.port)] : [],
    );
    const log = noZoneLine(world, group.node);
    return {
      severity: 'warning',
      summary: `${group.node} sends clients to ${[...new Set(addresses)].join(', ')}, too, which topology hints keep for clients elsewhere${log ? `: kube-proxy on ${group.node} knows no zone of its node` : ''}`,
      evidence: log ? [log] : [],
      remedy: explainProxy(world, group.node).remedy,
      repair: (before) => rewriteProxyRules(before, [group.node]),
    };
  },
});

function noZoneLine({ kubeProxies }: World, node: string): Evidence | undefined {
  const log = kubeProxies.get(node)?.log;
  const lines = log?.text.split('\n') ?? [];
  const at = lines.findLastIndex((line) => NO_ZONE.test(line));
  if (log === undefined || at < 0) return undefined;
  return { source: log.source, location: `line ${at + 1}`, text: (lines[at] ?? '').slice(0, 300) };
}
