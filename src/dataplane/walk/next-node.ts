import { formatIp } from '../../model/address.ts';
import type { Network, NodeState, Place } from '../node-state.ts';
import type { Neighbour, Route } from '../routes/routes.ts';
import { routesPodsItself } from './pod-routes.ts';
import { formatRoute, lookUpRoute, type RouteKey } from './route-lookup.ts';
import { referenceToRoute } from './route-packet.ts';
import type { RuleReference } from './trace.ts';

/** Which node a packet for another node's address meets next, or why it gets lost, or why that cannot be told. */
export type NextNode =
  | { readonly kind: 'node'; readonly name: string }
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
  const gateway = network.placeOf(route.via);
  if (gateway !== undefined) {
    return gateway.node === from.name ? arrives : { kind: 'node', name: gateway.node };
  }
  return viaUnknownGateway(network, from, route) ?? arrives;
}

/** Whether the kernel asked for the neighbour and nobody answered. */
export function isSilent({ state }: Neighbour): boolean {
  return state === 'FAILED' || state === 'INCOMPLETE';
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
