import { type ResolvConf, parseResolvConf } from '../dns/parse-resolv-conf.ts';
import type { Pod } from './kubernetes/objects.ts';
import { whyNodeResolver } from './node-resolver.ts';
import { readClusterDns } from './read-cluster-dns.ts';
import type { World } from './world.ts';

/** How a client looks up names, and how that is known. */
export interface Resolver {
  readonly resolv: ResolvConf;
  /** The resolv.conf that was read; undefined where it was derived from the pod and kubelet's defaults. */
  readonly source?: string;
  /** In words: `read in pod shop/client`, `derived from dnsPolicy ClusterFirst`. */
  readonly because: string;
}

/** kubelet's `ndots` for pods that use the cluster's DNS. */
const POD_NDOTS = 5;

/**
 * The resolver of `pod`, or of any pod in `namespace`: what was read inside it, else what kubelet writes by default. Undefined where it is
 * the node's own, which was not read. *Source:* kubernetes v1.37 pkg/kubelet/network/dns/dns.go.
 */
export function resolverOf(world: World, namespace: string, pod?: Pod): Resolver | undefined {
  const { clients, searched, service } = readClusterDns(world);
  const name = pod && `${pod.metadata.namespace}/${pod.metadata.name}`;
  const read = clients.find((client) => name !== undefined && client.pod === name);
  if (read) return { resolv: read.resolv, source: read.source, because: `read in pod ${name}` };
  const policy = pod?.spec.dnsPolicy ?? 'ClusterFirst';
  const own = pod?.spec.dnsConfig;
  if (pod && whyNodeResolver(pod) !== undefined) {
    const node = world.resolvConfs.find((each) => each.pod === undefined && each.node === pod.spec.nodeName);
    return (
      node && {
        resolv: parseResolvConf(node.text),
        source: node.source,
        because: `the node’s, by dnsPolicy ${policy}`,
      }
    );
  }
  const base =
    policy === 'None'
      ? { nameservers: [], search: [] }
      : {
          nameservers: (service?.spec.clusterIPs ?? [service?.spec.clusterIP ?? '']).filter(Boolean),
          search: [
            `${pod?.metadata.namespace ?? namespace}.svc.${searched.domain}`,
            `svc.${searched.domain}`,
            searched.domain,
          ],
        };
  const ndots = own?.options?.find((option) => option.name === 'ndots')?.value;
  return {
    resolv: {
      nameservers: [...new Set([...base.nameservers, ...(own?.nameservers ?? [])])],
      search: [
        ...new Set([
          ...base.search,
          ...(own?.searches ?? []).map((each) => each.toLowerCase().replace(/\.$/, '')),
        ]),
      ],
      ndots: ndots === undefined ? (policy === 'None' ? 1 : POD_NDOTS) : Number(ndots),
    },
    because: `derived from dnsPolicy ${policy} and kubelet’s defaults`,
  };
}
