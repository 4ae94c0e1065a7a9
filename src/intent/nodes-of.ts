import type { Ip, IpFamily } from '../model/address.ts';
import { type Cidr, cidrContains, cidrOf } from '../model/cidr.ts';
import type { ProxyMode } from '../world/kube-proxy-state.ts';
import { whyForeign } from '../world/foreign-node.ts';
import type { Node } from '../world/kubernetes/objects.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';
import { addressesOfFamily, cidrsOfFamily } from './addresses-of-family.ts';
import { proxyFactsOf } from './proxy-facts.ts';

const nodesByWorld = new WeakMap<readonly Node[], ReadonlyMap<string, Node>>();

/** The Node object `name`; undefined where it was not read. */
export function findNode(world: World, name: string): Node | undefined {
  let nodes = nodesByWorld.get(world.nodes);
  if (nodes === undefined) {
    nodes = new Map(world.nodes.map((node) => [node.metadata.name, node]));
    nodesByWorld.set(world.nodes, nodes);
  }
  return nodes.get(name);
}

/** Names of the nodes where clients may stand whose rules can be read: the Linux machines of the API, and all of which anything was read. */
export const nodeNamesOf: (world: World) => readonly string[] = perWorld(({ nodes, nodeStates }) => {
  const linux = nodes.filter((node) => whyForeign(node) === undefined);
  return [...new Set([...linux.map(({ metadata }) => metadata.name), ...nodeStates.keys()])];
});

/** So few nodes of which nothing was read are all told; of more, which are all alike, one stands for them. */
const FEW_UNREAD = 3;

/** The nodes of `nodeNamesOf` from which packets are worth sending: those that were read, and what stands for the others. */
export const clientNodesOf: (world: World) => readonly string[] = perWorld((world) => {
  const names = nodeNamesOf(world);
  const unread = names.filter((name) => !world.nodeStates.has(name));
  const told = new Set(unread.length <= FEW_UNREAD ? unread : unread.slice(0, 1));
  return names.filter((name) => world.nodeStates.has(name) || told.has(name));
});

/**
 * The addresses of `node` in `family` that its own packets carry and that others know it by: InternalIP, and ExternalIP
 * where an interface has it. Without a Node object, those of the interface of its default route.
 */
export function nodeAddressesOf(world: World, node: string, family: IpFamily): readonly Ip[] {
  const known = addressesByNode(world)[family];
  let addresses = known.get(node);
  if (addresses === undefined) known.set(node, (addresses = findAddresses(world, node, family)));
  return addresses;
}

const addressesByNode = perWorld((): Record<IpFamily, Map<string, readonly Ip[]>> => ({
  IPv4: new Map(),
  IPv6: new Map(),
}));

/** The node that has `address` by `nodeAddressesOf`; undefined where none has. */
export function nodeWithAddress(world: World, address: Ip): string | undefined {
  return nodesByAddress(world).get(address);
}

const nodesByAddress = perWorld((world): ReadonlyMap<Ip, string> => {
  const nodes = new Map<Ip, string>();
  for (const node of nodeNamesOf(world))
    for (const family of ['IPv4', 'IPv6'] as const)
      for (const address of nodeAddressesOf(world, node, family))
        if (!nodes.has(address)) nodes.set(address, node);
  return nodes;
});

function findAddresses(world: World, node: string, family: IpFamily): readonly Ip[] {
  const addresses = findNode(world, node)?.status.addresses ?? [];
  const ofType = (type: string): Ip[] =>
    addressesOfFamily(
      addresses.filter((each) => each.type === type).map(({ address }) => address),
      family,
    );
  const onInterfaces = new Set(interfaceAddressesOf(world, node, family));
  const own = [
    ...ofType('InternalIP'),
    ...ofType('ExternalIP').filter((address) => onInterfaces.has(address)),
  ];
  return own.length > 0 ? [...new Set(own)] : defaultRouteAddresses(world, node, family);
}

function interfaceAddressesOf(world: World, node: string, family: IpFamily): Ip[] {
  const links = world.nodeStates.get(node)?.links ?? [];
  const isOfFamily = ({ address }: { address: Ip }): boolean =>
    (typeof address === 'number') === (family === 'IPv4');
  return links
    .filter(({ name, isLoopback }) => !isLoopback && name !== 'kube-ipvs0')
    .flatMap(({ addresses }) => addresses.filter((each) => isOfFamily(each) && each.scope === 'global'))
    .map(({ address }) => address);
}

function defaultRouteAddresses(world: World, node: string, family: IpFamily): Ip[] {
  const { routes = [], links = [] } = world.nodeStates.get(node) ?? {};
  const isOfFamily = (address: Ip): boolean => (typeof address === 'number') === (family === 'IPv4');
  const route = routes.find(
    ({ destination, table }) => destination.prefix === 0 && isOfFamily(destination.first) && table === 'main',
  );
  const link = links.find(({ name }) => route !== undefined && name === route.device);
  const addresses = link?.addresses.filter((each) => isOfFamily(each.address) && each.scope === 'global');
  return (addresses ?? []).slice(0, 1).map(({ address }) => address);
}

/**
 * The addresses of `node` on which NodePorts answer, loopback left out: every address by default in iptables and IPVS mode
 * (of which those that others know the node by are given), the primary one in nftables mode.
 * *Source:* kubernetes v1.37 pkg/proxy/util/nodeport_addresses.go, pkg/proxy/apis/config/v1alpha1/defaults.go.
 */
export function nodePortAddressesOf(world: World, node: string, family: IpFamily): readonly Ip[] {
  const { mode, config } = proxyFactsOf(world, node);
  const own = nodeAddressesOf(world, node, family);
  const ranges = nodePortRangesOf(config.nodePortAddresses, mode, own, family);
  if (ranges === undefined) return own;
  const known = new Set([...own, ...interfaceAddressesOf(world, node, family)]);
  return [...known].filter((address) => ranges.some((range) => cidrContains(range, address)));
}

/**
 * The ranges that `nodePortAddresses` select in `family` on a node with the addresses `own`, the primary one first; undefined where they select
 * every address, as does a list without a range of the family. Keywords may stand beside ranges.
 * *Source:* kubernetes v1.37 cmd/kube-proxy/app/server.go `expandNodePortAddressKeywords`, pkg/proxy/util/nodeport_addresses.go.
 */
export function nodePortRangesOf(
  wanted: readonly string[],
  mode: ProxyMode,
  own: readonly Ip[],
  family: IpFamily,
): Cidr[] | undefined {
  const words = wanted.length === 0 && mode === 'nftables' ? ['primary'] : wanted;
  const ranges = words.flatMap((word) => {
    if (word === 'primary')
      return own.slice(0, 1).map((address) => cidrOf(address, family === 'IPv4' ? 32 : 128));
    return cidrsOfFamily(KEYWORDS[word] ?? [word], family);
  });
  return ranges.length === 0 || ranges.some(({ prefix }) => prefix === 0) ? undefined : ranges;
}

const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.0/8', '::1/128'],
  all: ['0.0.0.0/0', '::/0'],
};
