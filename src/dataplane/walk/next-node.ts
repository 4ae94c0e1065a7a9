import { formatIp, type Ip } from '../../model/address.ts';
import type { Network, NodeState, Place } from '../node-state.ts';
import type { Neighbour, Route } from '../routes/routes.ts';
import { addressTypeOf, isAddressGone } from './local-addresses.ts';
import { linkOf, sourceAddressFor } from './node-links.ts';
import { routesPodsItself } from './pod-routes.ts';
import { formatRoute, lookUpRoute, type RouteKey } from './route-lookup.ts';
import { referenceToRoute } from './route-packet.ts';
import type { RuleReference } from './trace.ts';
import type { Tunnel } from './tunnel-stop.ts';

/** Which node a packet for another node's address meets next, or why it gets lost, or why that cannot be told. */
export type NextNode =
  | { readonly kind: 'node'; readonly name: string; readonly tunnel?: Tunnel }
  | { readonly kind: 'lost'; readonly by: RuleReference }
  | { readonly kind: 'unknown'; readonly text: string; readonly by: RuleReference };

/** The node that `from` hands a packet to, whose destination is at `place` on another node. */
export function nextNodeOf(network: Network, from: NodeState, key: RouteKey, place: Place): NextNode {
  const arrives: NextNode = { kind: 'node', name: place.node };
  const result = lookUpRoute(from, key);
  if (result.kind !== 'route') return arrives;
  const { route } = result;
  const isPod = place.pod !== undefined && !place.isHostNetwork;
  // Other nodes' pods have routes of their own here; this one's is missing.
  if (isPod && route.destination.prefix === 0 && routesPodsItself(network, from)) {
    return { kind: 'lost', by: referenceToRoute(from, route) };
  }
  if (route.via === undefined) return arrives;
  const tunnelled = from.tunnels === undefined ? undefined : knownTunnel(network, from, route);
  if (tunnelled !== undefined) return tunnelled;
  const gateway = network.placeOf(route.via);
  if (gateway !== undefined) {
    const gone = withoutAddress(network, from, route, gateway.node, route.via);
    return gone ?? (gateway.node === from.name ? arrives : { kind: 'node', name: gateway.node });
  }
  return viaUnknownGateway(network, from, route) ?? arrives;
}

/** Whether the kernel asked for the neighbour and nobody answered. */
export function isSilent({ state }: Neighbour): boolean {
  return state === 'FAILED' || state === 'INCOMPLETE';
}

const known = new WeakMap<Network, Map<string, NextNode | undefined>>();

/** {@link throughTunnel}, once for each route: large clusters have as many entries as nodes, and every packet between two nodes asks. */
function knownTunnel(network: Network, from: NodeState, route: Route): NextNode | undefined {
  let byRoute = known.get(network);
  if (byRoute === undefined) known.set(network, (byRoute = new Map()));
  const key = `${from.name} ${route.device ?? ''} ${route.via}`;
  if (!byRoute.has(key)) byRoute.set(key, throughTunnel(network, from, route));
  return byRoute.get(key);
}

/**
 * Where a VXLAN interface sends what has `route`: the neighbour entry names the hardware address, the forwarding table the machine that has it.
 * Undefined where the interface is none, or its tables were not read. *Source:* linux/drivers/net/vxlan/vxlan_core.c `vxlan_xmit`.
 */
function throughTunnel(network: Network, from: NodeState, route: Route): NextNode | undefined {
  const { via, device } = route;
  const tunnels = from.tunnels?.filter(({ port }) => port === device);
  if (via === undefined || tunnels === undefined || tunnels.length === 0) return undefined;
  const neighbour = from.neighbours?.find((each) => each.address === via && each.device === device);
  if (neighbour?.lladdr === undefined) return undefined;
  const tunnel = tunnels.find(({ mac }) => mac === neighbour.lladdr?.toLowerCase());
  const isFlooded = tunnels.some(({ mac }) => mac === '00:00:00:00:00:00');
  if (tunnel?.remote === undefined) {
    return isFlooded
      ? undefined
      : inOverlay(from, route, `no forwarding entry for ${neighbour.lladdr} (${formatIp(via)})`);
  }
  const { remote } = tunnel;
  if (addressTypeOf(network, from, remote) === 'local') {
    return inOverlay(
      from,
      route,
      `its frames go to ${formatIp(remote)}, which is ${from.name}’s own address`,
    );
  }
  const machine = network.placeOf(remote);
  if (machine !== undefined) {
    const gone = withoutAddress(network, from, route, machine.node, remote);
    return gone ?? { kind: 'node', name: machine.node, ...tunnelTo(from, device, remote) };
  }
  return {
    kind: 'unknown',
    text: `whether the frames of ${route.device ?? 'the overlay'} for ${formatIp(via)} arrive: no node has ${formatIp(remote)}, where they go`,
    by: referenceToRoute(from, route),
  };
}

/** Linux' own port for VXLAN, and Calico's, where the interface does not say. *Source:* linux/drivers/net/vxlan/vxlan_core.c, Calico's `VXLANPort`. */
const VXLAN_PORT = 8472;
const CALICO_PORT = 4789;

function tunnelTo(from: NodeState, device: string | undefined, remote: Ip): { tunnel?: Tunnel } {
  const link = linkOf(from, device);
  const route = lookUpRoute(from, { destination: remote, iif: '' });
  const by = route.kind === 'route' ? (route.route.device ?? link?.lower) : link?.lower;
  const own = sourceAddressFor(from, by, remote);
  if (device === undefined || own === undefined) return {};
  return {
    tunnel: {
      device,
      from: own,
      to: remote,
      port: link?.tunnelPort ?? (device === 'vxlan.calico' ? CALICO_PORT : VXLAN_PORT),
    },
  };
}

function inOverlay(from: NodeState, route: Route, why: string): NextNode {
  return {
    kind: 'lost',
    by: { ...referenceToRoute(from, route), table: 'overlay', rule: `${formatRoute(route)}: ${why}` },
  };
}

/** The API gives `address` to `owner`, whose interfaces do not have it. Who answers for it all the same is not known. */
function withoutAddress(
  network: Network,
  from: NodeState,
  route: Route,
  owner: string,
  address: Ip,
): NextNode | undefined {
  const machine = network.nodes.get(owner);
  if (machine === undefined || !isAddressGone(network, machine, address)) return undefined;
  const why = `${owner} does not have ${formatIp(address)}, its address by the Node object`;
  const neighbour = from.neighbours?.find((each) => each.address === address);
  if (neighbour !== undefined && /REACHABLE|DELAY|PROBE/.test(neighbour.state)) {
    return {
      kind: 'unknown',
      text: `${why}, but somebody answers for it`,
      by: referenceToRoute(from, route),
    };
  }
  return {
    kind: 'lost',
    by: { ...referenceToRoute(from, route), table: 'addresses', rule: `${formatRoute(route)}: ${why}` },
  };
}

function viaUnknownGateway(network: Network, from: NodeState, route: Route): NextNode | undefined {
  const neighbour = from.neighbours?.find(
    ({ address, device }) => address === route.via && device === route.device,
  );
  if (neighbour !== undefined && isSilent(neighbour)) {
    const text = `${formatRoute(route)}: ${formatIp(neighbour.address)} does not answer (${neighbour.state})`;
    return { kind: 'lost', by: { ...referenceToRoute(from, route), rule: text } };
  }
  if (route.destination.prefix === 0 || !usesNodesAsGateways(network, from, route)) return undefined;
  return {
    kind: 'unknown',
    text: `whether ${formatRoute(route)} leads anywhere: no node has that address`,
    by: referenceToRoute(from, route),
  };
}

// The route stands among others on the same interface whose gateways are nodes.
function usesNodesAsGateways(network: Network, from: NodeState, route: Route): boolean {
  const { device, via } = route;
  const isDefaultGateway = from.routes?.some((other) => other.destination.prefix === 0 && other.via === via);
  if (isDefaultGateway === true) return false;
  return (from.routes ?? []).some(
    (other) => other.device === device && other.via !== undefined && network.placeOf(other.via) !== undefined,
  );
}
