import { clusterIpsOf } from '../../world/cluster-ips.ts';
import { describePod } from '../../world/describe-pod.ts';
import type { Pod } from '../../world/kubernetes/objects.ts';
import { type NodeLocalDns, readNodeLocalDns } from '../../world/node-local-dns.ts';
import { type ClusterDns, readClusterDns } from '../../world/read-cluster-dns.ts';
import { isReady } from '../../world/select-pods.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';

type Client = ClusterDns['clients'][number];

/** The NodeLocal DNS of a node is not ready, and its pods ask nobody else. */
export const cacheRunning: Check = defineCheck({
  id: 'dns/cache-running',
  asserts: 'NodeLocal DNS runs on every node whose pods ask it alone',
  faults: ['D16'],
  needs: ['pods', 'services'],
  isClusterWide: true,
  *run({ world }) {
    const cache = readNodeLocalDns(world);
    const silent = cache.pods.filter(
      (pod) => !isReady(pod) && pod.metadata.deletionTimestamp === undefined && pod.spec.nodeName,
    );
    if (silent.length === 0) return;
    const asking = clientsThatAsk(world, cache);
    for (const pod of silent) {
      const own = asking.find((client) => nodeOf(world, client) === pod.spec.nodeName);
      const [other] = asking;
      if (own !== undefined || other !== undefined || isAskedByDesign(world, cache))
        yield tell(world, pod, own ?? other, own !== undefined);
    }
  },
});

/** Pods all of whose servers are addresses of the cache that lead to no Service where it does not run. */
function clientsThatAsk(world: World, { addresses }: NodeLocalDns): Client[] {
  const services = clusterIpsOf(world);
  return readClusterDns(world).clients.filter(
    ({ pod, resolv: { nameservers } }) =>
      pod !== undefined &&
      nameservers.length > 0 &&
      nameservers.every((server) => addresses.has(server) && !services.has(server)),
  );
}

/** The cache takes no address of a Service, so that pods were told to ask it, or it would serve nobody. */
function isAskedByDesign(world: World, { taken }: NodeLocalDns): boolean {
  const services = clusterIpsOf(world);
  return taken.size > 0 && ![...taken].some((address) => services.has(address));
}

function nodeOf(world: World, { node, pod }: Client): string | undefined {
  const isNamed = ({ metadata }: Pod): boolean => `${metadata.namespace}/${metadata.name}` === pod;
  return node ?? world.pods.find(isNamed)?.spec.nodeName;
}

function tell(world: World, pod: Pod, client: Client | undefined, isSure: boolean): Problem {
  const { namespace, name } = pod.metadata;
  const node = pod.spec.nodeName ?? 'its node';
  const { why, evidence, remedy } = describePod(world, pod);
  return {
    severity: isSure ? 'error' : 'warning',
    subject: `Pod ${namespace}/${name}`,
    node,
    share: [0, 1],
    summary: `names do not resolve in pods on ${node}${isSure ? '' : ' that ask NodeLocal DNS alone'}: its NodeLocal DNS, ${name}, is not ready: ${why}`,
    evidence: [
      ...evidence,
      ...(client === undefined
        ? []
        : [{ source: client.source, text: `nameserver ${client.resolv.nameservers.join(', ')}` }]),
    ],
    remedy: {
      text: `${remedy}; until then pods of the node can be given the DNS Service’s address`,
      commands: [
        `kubectl -n ${namespace} describe pod ${name}`,
        `kubectl -n ${namespace} logs ${name} --previous`,
      ],
    },
  };
}
