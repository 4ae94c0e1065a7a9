import type { Pod } from '../../world/kubernetes/objects.ts';
import { readClusterDns } from '../../world/read-cluster-dns.ts';
import { isReady } from '../../world/select-pods.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';

/** What CoreDNS logs when it cannot serve, with the fault. */
const LOGGED: readonly (readonly [pattern: RegExp, fault: string, meaning: string])[] = [
  [/plugin\/loop: Loop .*detected/, 'D07', 'forwards to itself (a loop) and ends'],
  [/is forbidden: User .* cannot list/, 'D09', 'may not read Services from the API server'],
  [
    /(dial tcp|Get "https).*(:443|:6443).*(no route to host|i\/o timeout|connection refused)/,
    'D09',
    'cannot reach the API server',
  ],
  [
    /plugin\/(reload|kubernetes).*(error|failed)|Error during parsing/i,
    'D10',
    'does not accept its Corefile',
  ],
];

/** CoreDNS is not there, not ready, or says in its log why it cannot answer. */
export const serverRunning: Check = defineCheck({
  id: 'dns/server-running',
  asserts: 'CoreDNS runs, is ready and can answer',
  faults: ['D06', 'D07', 'D09', 'D10'],
  needs: ['pods'],
  isClusterWide: true,
  explains: ['endpoints/ready'],
  *run({ world }) {
    const { service, pods } = readClusterDns(world);
    if (!service || pods.length === 0) return;
    const unready = pods.filter((pod) => !isReady(pod) && pod.metadata.deletionTimestamp === undefined);
    if (unready.length === 0) return;
    const told = unready.flatMap((pod) => reasonOf(world, pod) ?? []);
    const [first] = told;
    const { namespace, name } = service.metadata;
    yield {
      severity: unready.length === pods.length ? 'error' : 'warning',
      subject: `Service ${namespace}/${name}`,
      faults: first ? [first.fault, 'D06'] : ['D06'],
      share: unready.length === pods.length ? [1, 1] : [0, 0],
      summary: `${unready.length} of ${pods.length} DNS pods ${pods.length === 1 ? 'is' : 'are'} not ready${first ? `: CoreDNS ${first.meaning}` : ''}`,
      evidence: first
        ? [first.evidence]
        : unready.slice(0, 2).map((pod) => ({
            ...world.locate(pod, 'status'),
            text: `pod ${pod.metadata.name} is ${pod.status.phase ?? 'unknown'}, not ready`,
          })),
      remedy: {
        text:
          first?.fault === 'D07'
            ? 'forward to real resolvers, not to an address of the node or pod itself'
            : first?.fault === 'D09'
              ? 'let CoreDNS reach and read the API server'
              : 'bring the DNS pods up',
        commands: [
          `kubectl -n ${namespace} logs -l k8s-app=kube-dns --tail=20`,
          `kubectl -n ${namespace} describe pods -l k8s-app=kube-dns`,
        ],
      },
    };
  },
});

function reasonOf(
  world: World,
  pod: Pod,
):
  | { fault: string; meaning: string; evidence: { source: string; location: string; text: string } }
  | undefined {
  const log = world.podLogs.get(`${pod.metadata.namespace}/${pod.metadata.name}`);
  const lines = log?.text.split('\n') ?? [];
  for (const [pattern, fault, meaning] of LOGGED) {
    const index = lines.findLastIndex((line) => pattern.test(line));
    if (log && index >= 0)
      return {
        fault,
        meaning,
        evidence: {
          source: log.source,
          location: `line ${index + 1}`,
          text: (lines[index] ?? '').slice(0, 300),
        },
      };
  }
  return undefined;
}
