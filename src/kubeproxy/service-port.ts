import type { Ip, IpFamily } from '../model/address.ts';
import type { Endpoint } from '../model/frontend.ts';

/** One Service port of one family as kube-proxy on one node sees it: what its rules are made from. */
export interface ServicePortView {
  /** `namespace/name`. */
  readonly service: string;
  readonly portName: string;
  /** `tcp`, `udp`, `sctp`. */
  readonly protocol: string;
  readonly clusterIp: Ip;
  readonly port: number;
  readonly nodePort?: number;
  readonly externalIps: readonly Ip[];
  readonly loadBalancerIps: readonly Ip[];
  /** Prefixes as text; empty means everybody. */
  readonly sourceRanges: readonly string[];
  readonly isInternalLocal: boolean;
  readonly isExternalLocal: boolean;
  /** Endpoints for traffic policy Cluster; empty where no policy of this port uses it. */
  readonly cluster: readonly Endpoint[];
  /** Endpoints on this node; empty where no policy of this port is Local. */
  readonly local: readonly Endpoint[];
  /** Whether any endpoint anywhere could take traffic: without, kube-proxy refuses; with none local, it drops. */
  readonly hasEndpoints: boolean;
  readonly affinitySeconds?: number;
  readonly healthCheckNodePort?: number;
}

/** The node and the configuration of its kube-proxy, as far as the rules depend on them. */
export interface ProxyView {
  readonly node: string;
  readonly family: IpFamily;
  /** Pod prefixes, an interface or a prefix of interface names that tell local traffic; undefined: not told. */
  readonly local?: { readonly cidr: string } | { readonly interface: string };
  readonly masqueradeAll: boolean;
  readonly masqueradeMark: number;
  /** The node's addresses that NodePorts answer on; undefined means every local address. */
  readonly nodePortAddresses?: readonly Ip[];
  readonly nodeAddresses: readonly Ip[];
  readonly allowsLocalhostNodePorts: boolean;
  readonly serviceCidrs: readonly string[];
}

/** Whether clients outside the cluster can reach the port. */
export function isExternallyAccessible(view: ServicePortView): boolean {
  return view.nodePort !== undefined || view.externalIps.length > 0 || view.loadBalancerIps.length > 0;
}

/** Whether the ClusterIP leads anywhere on this node. */
export function hasInternal(view: ServicePortView): boolean {
  return view.hasEndpoints && !(view.isInternalLocal && view.local.length === 0);
}

/** Whether external traffic that is not short-circuited leads anywhere on this node. */
export function hasExternal(view: ServicePortView): boolean {
  return view.hasEndpoints && !(view.isExternalLocal && view.local.length === 0);
}

/** Endpoints of either list, each once, in kube-proxy's order: the byte order of `ip:port`. */
export function reachable(view: ServicePortView): Endpoint[] {
  const seen = new Map<string, Endpoint>();
  for (const endpoint of [...view.cluster, ...view.local])
    seen.set(`${endpoint.address} ${endpoint.port}`, endpoint);
  return [...seen.values()];
}
