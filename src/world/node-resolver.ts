import type { Pod } from './kubernetes/objects.ts';
import { readNodeLocalDns } from './node-local-dns.ts';
import { readClusterDns } from './read-cluster-dns.ts';
import type { World } from './world.ts';

/**
 * Why kubelet gives `pod` its node's resolv.conf instead of one that names the cluster's DNS, as words that follow the pod's name; undefined where it does not.
 * *Source:* kubernetes v1.37 pkg/kubelet/network/dns/dns.go, `getPodDNSType`: ClusterFirst falls back to Default in a node's own network.
 */
export function whyNodeResolver({ spec }: Pod): string | undefined {
  if (spec.dnsPolicy === 'Default') return 'has dnsPolicy Default';
  if (spec.hostNetwork === true && (spec.dnsPolicy ?? 'ClusterFirst') === 'ClusterFirst')
    return 'runs in its node’s network with dnsPolicy ClusterFirst, which counts as Default there';
  return undefined;
}

/** Whether one of `nameservers` is the cluster's DNS, or answered a name of the cluster: a node's resolver may lead such names there. */
export function knowsServices(world: World, nameservers: readonly string[]): boolean {
  const { service, searched } = readClusterDns(world);
  const { addresses } = readNodeLocalDns(world);
  const own = [service?.spec.clusterIP, ...(service?.spec.clusterIPs ?? []), ...addresses];
  return (
    nameservers.some((each) => own.includes(each)) ||
    world.dnsAnswers.some(
      ({ server, name, records = [] }) =>
        nameservers.includes(server.address) &&
        name.endsWith(`.svc.${searched.domain}`) &&
        records.length > 0,
    )
  );
}
