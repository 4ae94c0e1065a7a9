import { formatAddressPort, parseIp } from '../../model/address.ts';
import { type ProxyExplanation, explainProxy } from '../../kubeproxy/explain-proxy.ts';
import { slowSyncs } from '../../kubeproxy/sync-state.ts';
import { lastChange, secondsOf } from '../../verify/last-change.ts';
import type { DiscrepancyGroup } from '../../verify/group-discrepancies.ts';
import type { Verification } from '../../verify/discrepancy.ts';
import type { World } from '../../world/world.ts';
import type { Check } from '../check.ts';
import { defineDiscrepancyCheck } from '../discrepancy-check.ts';
import { rewriteProxyRules } from '../rewrite-proxy-rules.ts';
import { tellLeftover } from '../tell-leftover.ts';
import { unreadSlice } from '../unread-slice.ts';

/** A node sends clients to an address that the EndpointSlices do not name (any more). */
export const endpointStale: Check = defineDiscrepancyCheck({
  id: 'rules/endpoint-stale',
  asserts: 'every node sends clients only to endpoints that the EndpointSlices name',
  faults: ['K05', 'R08', 'K03', 'K01', 'K04', 'K06', 'K12', 'E09'],
  explains: ['rules/endpoint-missing', 'rules/refused-although-ready'],
  kinds: ['endpoint-stale'],
  needs: ['verifications', 'endpointSlices'],
  tell: (group, { world, verifications }) => {
    const left = tellLeftover(group, world);
    if (left) return left;
    const told = slowProxy(group, world) ?? explainProxy(world, group.node);
    const unread = told.why === undefined ? unreadSlice(group, world, verifications) : undefined;
    const proxy = unread ?? told;
    return {
      summary: `${group.node} still sends to ${staleEndpoints(group)}, ${whyStale(group, world)}${missingText(group.node, verifications)}${proxy.why ? `; ${proxy.why}` : ''}`,
      faults: proxy.faults,
      evidence: proxy.evidence,
      remedy: proxy.remedy,
      ...(unread ? {} : { repair: (before: World) => rewriteProxyRules(before, [group.node]) }),
    };
  },
});

/** A kube-proxy that could not have written the last change yet: one of its long syncs was under way, and the next had to wait for it. */
function slowProxy({ node, discrepancies }: DiscrepancyGroup, world: World): ProxyExplanation | undefined {
  const proxy = world.kubeProxies.get(node);
  const slow = proxy && slowSyncs(proxy);
  const readAt = secondsOf(proxy?.readAt ?? world.now);
  const changed = lastChange(world, discrepancies[0]?.expectation.frontend.service ?? '');
  if (!proxy?.metrics || !slow || readAt === undefined || changed === undefined) return undefined;
  const age = readAt - changed;
  if (age < 0 || age > 2 * slow.seconds) return undefined;
  const known = explainProxy(world, node);
  return {
    ...known,
    faults: ['K12', ...known.faults],
    remedy: {
      text: 'let kube-proxy run in nftables mode, or give it more processor time; let pods that end wait longer (preStop). A restart writes all anew, which takes longest',
      commands: [`curl -s http://127.0.0.1:10249/metrics | grep sync_proxy_rules   # on ${node}`],
    },
    why: `what changed is ${age.toFixed(0)} s old, and a sync of kube-proxy there takes ${slow.seconds.toFixed(0)} s on average`,
    evidence: [
      {
        source: proxy.metrics.source,
        text: `${slow.count} syncs of ${slow.seconds.toFixed(1)} s on average`,
      },
    ],
  };
}

function staleEndpoints({ discrepancies }: DiscrepancyGroup): string {
  const texts = discrepancies.flatMap(({ endpoint }) =>
    endpoint ? [formatAddressPort(endpoint.address, endpoint.port)] : [],
  );
  const unique = [...new Set(texts)];
  return unique.length > 0 ? unique.join(', ') : 'an address';
}

/** Why clients should not be sent there: the slices do not name it, or they do and say that it is not ready, or it is not for this node's clients. */
function whyStale({ discrepancies }: DiscrepancyGroup, world: World): string {
  const states = new Set(
    discrepancies.map(({ endpoint, expectation }) => {
      const named = world.endpointSlices
        .filter(
          ({ metadata }) =>
            `${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name'] ?? ''}` ===
            expectation.frontend.service,
        )
        .flatMap(({ endpoints }) => endpoints)
        .find(({ addresses }) => endpoint && addresses.some((text) => parseIp(text) === endpoint.address));
      if (named === undefined) return 'gone';
      return named.conditions?.ready === false ? 'unready' : 'elsewhere';
    }),
  );
  if (states.size !== 1 || states.has('gone'))
    return `which the ${world.coverage.get('endpointslices')?.derivedFrom === undefined ? 'EndpointSlices' : 'Endpoints'} do not name`;
  return states.has('unready')
    ? 'which the EndpointSlices name as not ready'
    : 'which the EndpointSlices name, but not for clients of this node (traffic policy or hints)';
}

/** The endpoints that the same node lacks, with words before them; nothing where it lacks none. */
function missingText(node: string, verifications: readonly Verification[]): string {
  const missing = verifications
    .flatMap(({ discrepancies }) => discrepancies)
    .filter(({ kind, node: at, isLag }) => kind === 'endpoint-missing' && at === node && !isLag)
    .flatMap(({ endpoint }) => (endpoint ? [formatAddressPort(endpoint.address, endpoint.port)] : []));
  return missing.length === 0 ? '' : `, and has no rule for ${[...new Set(missing)].join(', ')}`;
}
