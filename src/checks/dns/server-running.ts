import { parseResolvConf } from '../../dns/parse-resolv-conf.ts';
import { parseIp } from '../../model/address.ts';
import type { Evidence } from '../../model/evidence.ts';
import { lastKill } from '../../world/last-kill.ts';
import type { Pod } from '../../world/kubernetes/objects.ts';
import { readClusterDns } from '../../world/read-cluster-dns.ts';
import { isRead } from '../../world/is-read.ts';
import { isReady, matchesAll } from '../../world/select-pods.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';
import { killEvidence, restartsText } from '../memory-kill.ts';

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
  faults: ['D06', 'D07', 'D09', 'D10', 'D01', 'D08', 'D24'],
  needs: ['pods'],
  isClusterWide: true,
  explains: ['endpoints/ready'],
  *run({ world }) {
    const { service, pods } = readClusterDns(world);
    if (!service) yield* withoutService(world);
    if (!service || pods.length === 0) return;
    const unready = pods.filter((pod) => !isReady(pod) && pod.metadata.deletionTimestamp === undefined);
    if (unready.length === 0) return;
    const told = unready.flatMap((pod) => reasonOf(world, pod) ?? []);
    const [first] = told;
    const elsewhere = first?.fault === 'D07' ? serversElsewhere(world, unready) : [];
    const { namespace, name } = service.metadata;
    yield {
      severity: unready.length === pods.length ? 'error' : 'warning',
      subject: `Service ${namespace}/${name}`,
      faults: first ? [first.fault, ...(elsewhere.length > 0 ? ['D08'] : []), 'D06'] : ['D06'],
      share: unready.length === pods.length ? [1, 1] : [0, 0],
      summary: `${unready.length} of ${pods.length} DNS pods ${pods.length === 1 ? 'is' : 'are'} not ready${first ? `: CoreDNS ${first.meaning}` : ''}${elsewhere.length > 0 ? `; its node’s resolver names ${elsewhere.join(', ')}, so either one of these asks back, or they did not answer when it started` : ''}`,
      evidence: first
        ? [first.evidence]
        : unready.slice(0, 2).map((pod) => ({
            ...world.locate(pod, 'status'),
            text: `pod ${pod.metadata.name} is ${pod.status.phase ?? 'unknown'}, not ready`,
          })),
      remedy: {
        text:
          elsewhere.length > 0
            ? `see that ${elsewhere.join(', ')} can be reached from the DNS pods’ node, and do not forward to the cluster’s DNS`
            : first?.fault === 'D07'
              ? 'forward to real resolvers, not to an address of the node or pod itself'
              : first?.fault === 'D09'
                ? 'let CoreDNS reach and read the API server'
                : first?.fault === 'D24'
                  ? 'raise the memory limit of the DNS servers'
                  : 'bring the DNS pods up',
        commands: [
          `kubectl -n ${namespace} logs -l k8s-app=kube-dns --tail=20`,
          `kubectl -n ${namespace} describe pods -l k8s-app=kube-dns`,
        ],
      },
    };
  },
});

/**
 * The servers of the resolv.conf of every node on which `pods` run, where all are other machines: then the loop that CoreDNS reports is not in that file. Empty where one is the node itself, or
 * a file was not read. *Source:* coredns/coredns#2354.
 */
function serversElsewhere(world: World, pods: readonly Pod[]): string[] {
  const servers = pods.map(({ spec }) => {
    const read = world.resolvConfs.find(({ pod, node }) => pod === undefined && node === spec.nodeName);
    return read && parseResolvConf(read.text).nameservers;
  });
  const all = servers.flatMap((each) => each ?? []);
  const own = readClusterDns(world).service?.spec.clusterIP;
  const isElsewhere = (text: string): boolean => {
    const address = parseIp(text);
    return (
      !/^(127\.|::1$)/.test(text) && text !== own && address !== undefined && !world.network.placeOf(address)
    );
  };
  return servers.every((each) => each !== undefined && each.length > 0) && all.every(isElsewhere)
    ? [...new Set(all)]
    : [];
}

/** DNS pods run, and no Service leads to them. */
function* withoutService(world: World): Iterable<Problem> {
  const pods = world.pods.filter(({ metadata }) => metadata.labels?.['k8s-app'] === 'kube-dns');
  const [pod] = pods;
  if (!pod || !isRead(world, 'services', pod.metadata.namespace)) return;
  const isServed = world.services.some(
    ({ metadata, spec }) =>
      metadata.namespace === pod.metadata.namespace && matchesAll(spec.selector ?? {}, pod.metadata.labels),
  );
  if (isServed) return;
  yield {
    severity: 'error',
    subject: `Pod ${pod.metadata.namespace}/${pod.metadata.name}`,
    faults: ['D06', 'D01'],
    share: [1, 1],
    summary: `names do not resolve: ${pods.length} DNS pods run, and no Service leads to them`,
    evidence: [
      { ...world.locate(pod, 'metadata.labels'), text: `pod ${pod.metadata.name} has k8s-app=kube-dns` },
    ],
    remedy: {
      text: 'create the DNS Service again, with the address that kubelet’s clusterDNS names',
      commands: [`kubectl -n ${pod.metadata.namespace} get services`],
    },
  };
}

function reasonOf(
  world: World,
  pod: Pod,
): { fault: string; meaning: string; evidence: Evidence } | undefined {
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
  const kill = lastKill(pod, world.now);
  return (
    kill && {
      fault: 'D24',
      meaning: `was killed for want of memory (${restartsText(kill, false)})`,
      evidence: killEvidence(world, pod, kill),
    }
  );
}
