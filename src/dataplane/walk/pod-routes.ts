import type { Ip } from '../../model/address.ts';
import type { Network, NodeState } from '../node-state.ts';
import type { Route } from '../routes/routes.ts';
import { otherDataplane } from './other-dataplane.ts';

const known = new WeakMap<NodeState, boolean>();
const hostRoutes = new WeakMap<NodeState, ReadonlyMap<Ip, Route>>();

/**
 * Whether `node` has routes of its own to pods: then a pod without one is lost. Where it has none, the network between the nodes
 * (a cloud's route table) or eBPF programs carry pods' packets, and a missing route says nothing.
 */
export function routesPodsItself(network: Network, node: NodeState): boolean {
  let answer = known.get(node);
  if (answer === undefined) {
    answer = (node.routes ?? []).some(
      ({ destination, type, table, via, device }) =>
        type === 'unicast' &&
        table === 'main' &&
        destination.prefix > 0 &&
        (via !== undefined || device !== undefined) &&
        network.isClusterAddress(destination.first) &&
        network.placeOf(destination.first)?.node !== node.name &&
        via !== undefined,
    );
    known.set(node, answer);
  }
  return answer;
}

/**
 * Whether `node` lost the route to its own pod at `address`: it routes others of its pods to an interface each, and no table has one for this. False where not all
 * tables were read, or eBPF may bring packets to pods past the routes.
 */
export function lacksPodRoute(network: Network, node: NodeState, address: Ip): boolean {
  const routed = podsByInterface(node);
  if (routed.has(address) || otherDataplane(node) !== undefined) return false;
  if (node.routes?.some(({ table }) => table === 'local') !== true) return false;
  return [...routed.keys()].some((other) => {
    const place = network.placeOf(other);
    const isPod = place?.pod !== undefined && !place.isHostNetwork;
    return typeof other === typeof address && isPod && place.node === node.name;
  });
}

/** The route of `node`, in whatever table, that leads to `address` alone by an interface of its own; undefined where there is none. */
export function ownRouteTo(node: NodeState, address: Ip): Route | undefined {
  return podsByInterface(node).get(address);
}

function podsByInterface(node: NodeState): ReadonlyMap<Ip, Route> {
  let found = hostRoutes.get(node);
  if (found === undefined) {
    const routes = (node.routes ?? []).filter(
      ({ destination: { first, prefix }, type, via, device }) =>
        type === 'unicast' &&
        prefix === (typeof first === 'number' ? 32 : 128) &&
        via === undefined &&
        device !== undefined,
    );
    hostRoutes.set(node, (found = new Map(routes.map((route) => [route.destination.first, route]))));
  }
  return found;
}
