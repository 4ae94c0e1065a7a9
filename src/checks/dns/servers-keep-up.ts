import type { Pod } from '../../world/kubernetes/objects.ts';
import { lastKill } from '../../world/last-kill.ts';
import { readClusterDns } from '../../world/read-cluster-dns.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';
import { killEvidence, restartsText } from '../memory-kill.ts';

/** *Source:* coredns plugin/forward, `max_concurrent`. */
const LIMIT = /concurrent queries exceeded maximum (\d+)/;

/** DNS servers that run are at their limits: they were killed for their memory, or turn questions away. */
export const serversKeepUp: Check = defineCheck({
  id: 'dns/servers-keep-up',
  asserts: 'no DNS server was killed for its memory or turns questions away',
  faults: ['D24'],
  needs: ['pods'],
  isClusterWide: true,
  *run({ world }) {
    const { service, pods } = readClusterDns(world);
    if (!service) return;
    const subject = `Service ${service.metadata.namespace}/${service.metadata.name}`;
    yield* killed(world, subject, pods);
    yield* turningAway(world, subject, pods);
  },
});

function* killed(world: World, subject: string, pods: readonly Pod[]): Iterable<Problem> {
  const found = pods.flatMap((pod) => {
    const kill = lastKill(pod, world.now);
    return kill ? [{ pod, kill }] : [];
  });
  const [first] = found;
  if (!first) return;
  yield {
    severity: found.every(({ kill }) => kill.isLongAgo) ? 'info' : 'warning',
    subject,
    share: [0, 0],
    summary: `${found.length} of ${pods.length} DNS servers ${found.length === 1 ? 'was' : 'were'} killed for want of memory (${found.map(({ pod, kill }) => `${pod.metadata.name}: ${restartsText(kill)}`).join('; ')}): names fail or are late until it is back`,
    evidence: found.slice(0, 3).map(({ pod, kill }) => killEvidence(world, pod, kill)),
    remedy: {
      text: 'raise the memory limit of the DNS servers, or spread the questions over more of them (replicas, NodeLocal DNS)',
      commands: [
        `kubectl -n ${first.pod.metadata.namespace} top pods -l k8s-app=kube-dns`,
        `kubectl -n ${first.pod.metadata.namespace} get pods -l k8s-app=kube-dns`,
      ],
    },
  };
}

function* turningAway(world: World, subject: string, pods: readonly Pod[]): Iterable<Problem> {
  const told = pods.flatMap(({ metadata: { namespace, name } }) => {
    const log = world.podLogs.get(`${namespace}/${name}`);
    const lines = log?.text.split('\n') ?? [];
    const index = lines.findLastIndex((line) => LIMIT.test(line));
    const count = lines.filter((line) => LIMIT.test(line)).length;
    return log && index >= 0
      ? [{ name, source: log.source, line: index + 1, text: lines[index] ?? '', count }]
      : [];
  });
  const [first] = told;
  if (!first) return;
  yield {
    severity: 'warning',
    subject,
    share: [0, 0],
    summary: `${told.map(({ name, count }) => `${name} (${count} ${count === 1 ? 'line' : 'lines'} in its log)`).join(', ')} turned away questions for names outside the cluster: more than ${LIMIT.exec(first.text)?.[1] ?? '?'} waited for the upstream servers at once`,
    evidence: told.slice(0, 3).map(({ source, line, text }) => ({
      source,
      location: `line ${line}`,
      text: text.slice(0, 300),
    })),
    remedy: {
      text: 'see why the upstream servers answer slowly; ask for less (a trailing dot or fewer ndots for names outside), or run more DNS servers',
      commands: ['kubectl -n kube-system logs -l k8s-app=kube-dns --tail=50'],
    },
  };
}
