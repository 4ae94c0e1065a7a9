import type { Ip } from '../../model/address.ts';
import type { NodeState } from '../node-state.ts';
import { isLoopback } from './local-addresses.ts';
import { sourceAddressFor } from './node-links.ts';
import { forkState, type PacketState } from './packet-state.ts';
import { lookUpRoute } from './route-lookup.ts';
import { routePacket } from './route-packet.ts';
import { type WalkContext, addStep } from './walk-context.ts';

/** The address that `node` gives its own packets to `destination`, where a route tells; undefined where none does, or it is the node’s own. */
export function ownSourceTo(node: NodeState, destination: Ip): Ip | undefined {
  const result = lookUpRoute(node, { destination, iif: '' });
  if (result.kind !== 'route' || result.route.type !== 'unicast') return undefined;
  const { preferredSource, device, via } = result.route;
  return preferredSource ?? sourceAddressFor(node, device, via ?? destination);
}

/** The source address the kernel gives a packet made on the node, where routes and addresses tell; else the one it has. */
export function selectSource(context: WalkContext, state: PacketState): void {
  const probe = forkState(state, {});
  probe.isSourceKnown = false;
  const direction = routePacket(context, probe, () => undefined);
  if (direction.kind === 'local') {
    const preferred = direction.preferred ?? state.destination;
    // The local table's source for 127.0.0.0/8 is 127.0.0.1; for an address of the node it is that address.
    state.source = isLoopback(state.destination) ? preferred : state.destination;
  } else if (direction.kind === 'out') {
    const source =
      direction.preferred ?? sourceAddressFor(state.node, probe.oif, probe.via ?? state.destination);
    if (source !== undefined) state.source = source;
  }
  addStep(context, state, 'routing', 'source address selected');
}
