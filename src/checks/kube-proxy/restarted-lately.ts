import { proxyFactsOf } from '../../intent/proxy-facts.ts';
import { proxyPodOn } from '../../kubeproxy/explain-proxy.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';

/** So long ago clients have got over it. */
const RECENT_SECONDS = 600;

/** From this release on kube-proxy deletes no entries but those of endpoints that are gone. *Source:* kubernetes/kubernetes#139629, #122740. */
const KEEPS_ENTRIES = 32;

/** kube-proxy started a moment ago, and when it starts, older ones delete the connection entries of every UDP Service. */
export const restartedLately: Check = defineCheck({
  id: 'kube-proxy/restarted-lately',
  asserts: 'no kube-proxy that forgets UDP connections when it starts has started a moment ago',
  faults: ['C08'],
  needs: ['service', 'kubeProxies'],
  *run({ world, subject: { service } }) {
    if (!service?.spec.ports?.some(({ protocol }) => protocol === 'UDP')) return;
    const { namespace, name } = service.metadata;
    for (const [node, { metrics, readAt }] of world.kubeProxies) {
      const started = startOf(world, node);
      const seconds = Math.round((Date.parse(readAt ?? world.now ?? '') - (started ?? Number.NaN)) / 1000);
      if (!(seconds >= 0 && seconds < RECENT_SECONDS) || proxyFactsOf(world, node).minor >= KEEPS_ENTRIES)
        continue;
      yield {
        severity: 'info',
        subject: `Service ${namespace}/${name}`,
        node,
        share: [0, 0],
        summary: `kube-proxy on ${node} started ${seconds} s before it was read, and this release then deletes the connection entries of UDP Services: what clients send goes to another endpoint from there on`,
        evidence: [
          {
            source: metrics?.source ?? `nodes/${node}`,
            text: `started ${new Date(started ?? 0).toISOString()}`,
          },
        ],
        remedy: {
          text: 'let clients of UDP (QUIC, games, SIP) connect anew; kube-proxy 1.32 and later keeps such entries',
          commands: [],
        },
      };
    }
  },
});

/** When kube-proxy of `node` started, in milliseconds since the epoch, by its metrics or its pod; undefined where neither tells. */
function startOf(world: World, node: string): number | undefined {
  const sample = world.kubeProxies
    .get(node)
    ?.metrics?.samples.find(({ name }) => name === 'process_start_time_seconds');
  if (sample !== undefined) return sample.value * 1000;
  const status = proxyPodOn(world, node)?.status.containerStatuses?.find(({ state }) => state?.running);
  const told = Date.parse(status?.state?.running?.startedAt ?? '');
  return Number.isNaN(told) ? undefined : told;
}
