import type { Network, NodeState, Place } from '../dataplane/node-state.ts';
import { type Ip, parseIp } from '../model/address.ts';
import { type Cidr, cidrOf, parseCidr } from '../model/cidr.ts';
import { unionOf } from '../model/cidr-union.ts';
import type { EndpointSlice, Node, Pod, Service, ServiceCidr, SliceEndpoint } from './kubernetes/objects.ts';

/** What the packet path needs to know of the API: who owns which address, and which ranges are the cluster's. */
export interface NetworkObjects {
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly services: readonly Service[];
  readonly serviceCidrs: readonly ServiceCidr[];
  readonly endpointSlices: readonly EndpointSlice[];
}

/** Service ranges are at least this large: ClusterIPs that were seen tell the range they come from. */
const GUESSED_SERVICE_PREFIX = { IPv4: 20, IPv6: 112 } as const;

/**
 * The network of `objects` with the nodes whose kernels were read. `isRead` tells the namespaces whose pods were all read: an address of a
 * pod there that is none of them belongs to nobody.
 */
export function networkOf(
  objects: NetworkObjects,
  nodes: ReadonlyMap<string, NodeState>,
  isRead: (namespace: string) => boolean = () => false,
): Network {
  const places = new Map<Ip, Place>();
  for (const { metadata, status } of objects.nodes) {
    for (const { address } of status.addresses ?? [])
      set(places, address, { node: metadata.name, isHostNetwork: true });
  }
  for (const [node, { links = [] }] of nodes) {
    for (const { isLoopback, name, addresses } of links) {
      if (isLoopback || name === 'kube-ipvs0') continue;
      for (const { address, scope } of addresses) {
        if (scope === 'global' && !places.has(address)) places.set(address, { node, isHostNetwork: true });
      }
    }
  }
  for (const pod of objects.pods) addPod(places, pod);
  // Pods that may not be read are known by the slices that name them.
  for (const { endpoints } of objects.endpointSlices) {
    for (const endpoint of endpoints) {
      if (!isRead(endpoint.targetRef?.namespace ?? '')) addEndpoint(places, endpoint);
    }
  }
  return {
    nodes,
    placeOf: (address) => places.get(address),
    isClusterAddress: unionOf([...podRanges(objects.nodes), ...serviceRanges(objects)]),
  };
}

function set(places: Map<Ip, Place>, text: string, place: Place): void {
  const address = parseIp(text);
  if (address !== undefined && !places.has(address)) places.set(address, place);
}

/** Pods that ended no longer own their address; pods of the host network share the node's. */
function addPod(places: Map<Ip, Place>, { metadata, spec, status }: Pod): void {
  if (spec.hostNetwork === true || spec.nodeName === undefined) return;
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return;
  const addresses = new Set([status.podIP ?? '', ...(status.podIPs ?? []).map(({ ip }) => ip)]);
  for (const text of addresses) {
    set(places, text, {
      node: spec.nodeName,
      pod: `${metadata.namespace}/${metadata.name}`,
      isHostNetwork: false,
    });
  }
}

function addEndpoint(places: Map<Ip, Place>, { addresses, nodeName, targetRef }: SliceEndpoint): void {
  const [address] = addresses;
  if (address === undefined || nodeName === undefined || targetRef?.kind !== 'Pod') return;
  const pod = `${targetRef.namespace ?? ''}/${targetRef.name ?? ''}`;
  set(places, address, { node: nodeName, pod, isHostNetwork: false });
}

function podRanges(nodes: readonly Node[]): Cidr[] {
  return nodes.flatMap(({ spec }) =>
    [spec.podCIDR ?? '', ...(spec.podCIDRs ?? [])].flatMap((text) => parseCidr(text) ?? []),
  );
}

/** The Service ranges: from ServiceCIDR objects, else around the ClusterIPs that were seen. */
function serviceRanges({ services, serviceCidrs }: NetworkObjects): Cidr[] {
  const told = serviceCidrs.flatMap(({ spec }) =>
    (spec.cidrs ?? []).flatMap((text) => parseCidr(text) ?? []),
  );
  if (told.length > 0) return told;
  return services.flatMap(({ spec }) =>
    [spec.clusterIP ?? '', ...(spec.clusterIPs ?? [])].flatMap((text) => {
      const address = parseIp(text);
      if (address === undefined) return [];
      return [
        cidrOf(
          address,
          typeof address === 'number' ? GUESSED_SERVICE_PREFIX.IPv4 : GUESSED_SERVICE_PREFIX.IPv6,
        ),
      ];
    }),
  );
}
