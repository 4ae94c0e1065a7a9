import { formatIp } from '../../model/address.ts';
import type { Place } from '../node-state.ts';
import { hairpinOf, isBridge } from './bridge.ts';
import { endBeyond, endPacket, endUnknown, noteUnknown } from './end-packet.ts';
import { enterNode } from './enter-node.ts';
import { forkByUnknown, type Slot } from './outcome-tree.ts';
import { forkState, type Leg, type PacketState, tupleOf } from './packet-state.ts';
import { otherDataplane } from './other-dataplane.ts';
import { isSilent, nextNodeOf } from './next-node.ts';
import { linkOf } from './node-links.ts';
import { lacksPodRoute, routesPodsItself } from './pod-routes.ts';
import { lookUpRoute } from './route-lookup.ts';
import { referenceToRoute } from './route-packet.ts';
import type { RuleReference } from './trace.ts';
import { tunnelStop } from './tunnel-stop.ts';
import { type WalkContext, addStep } from './walk-context.ts';

const MOST_HOPS = 8;

/** The packet has passed the node: to whom does it go? Ends the branch there, or brings it to the next node. */
export function deliverPacket(
  context: WalkContext,
  state: PacketState,
  next: (state: PacketState) => void,
): void {
  const { node, destination } = state;
  state.legs = { value: legOf(state), rest: state.legs };
  const place = context.network.placeOf(destination);
  if (state.oif === '') {
    deliverHere(state, place);
  } else if (place === undefined) {
    leaveCluster(context, state);
  } else if (place.node !== node.name) {
    hop(context, state, place);
  } else if (place.pod === undefined || place.isHostNetwork) {
    // The API says the address is the node's own, the node's routes say it is not.
    lost(state, `${formatIp(destination)} belongs to ${node.name}, whose routes lead elsewhere`);
  } else {
    deliverToPod(context, state, place.pod, next);
    return;
  }
  next(state);
}

function legOf(state: PacketState): Leg {
  const after = tupleOf(state);
  const { arrived } = state;
  return {
    node: state.node,
    before: arrived,
    after,
    isSourceKnown: state.isSourceKnown,
    isTracked: state.isTracked,
    isTranslated:
      !state.isSourceKnown ||
      after.source !== arrived.source ||
      after.destination !== arrived.destination ||
      after.destinationPort !== arrived.destinationPort,
    arrivedBy: state.arrivedBy,
    leftBy: state.oif,
    ctmark: state.ctmark,
  };
}

function deliverHere(state: PacketState, place: Place | undefined): void {
  endPacket(state, 'delivered', state.translatedDestinationBy);
  if (place?.node === state.node.name) state.pod = place.pod;
}

function deliverToPod(
  context: WalkContext,
  state: PacketState,
  pod: string,
  next: (state: PacketState) => void,
): void {
  if (state.via !== undefined && context.network.placeOf(state.via)?.node !== state.node.name) {
    const route = routeTaken(state);
    const text = `${pod} is on ${state.node.name}, but the route to it leads away: ${route?.rule ?? ''}`;
    const { network } = context;
    if (routesPodsItself(network, state.node) || lacksPodRoute(network, state.node, state.destination))
      endPacket(state, 'unroutable', route);
    else endUnknown(state, text, route);
    next(state);
    return;
  }
  const wrong = silentNeighbour(state) ?? leadsIntoTunnel(state);
  if (wrong !== undefined) {
    endPacket(state, 'unroutable', wrong);
    next(state);
    return;
  }
  state.pod = pod;
  if (state.sender === state.destination) {
    deliverToSender(context, state, next);
    return;
  }
  addStep(context, state, 'bridge', `to ${pod}${state.oif === undefined ? '' : ` by ${state.oif}`}`);
  endPacket(state, 'delivered', state.translatedDestinationBy);
  next(state);
}

/** The route that takes a packet for a pod of this node away from it, as those of a VPN do that are asked before the main table; undefined where it does not. */
function leadsIntoTunnel(state: PacketState): RuleReference | undefined {
  const { node, oif } = state;
  if (linkOf(node, oif)?.isPointToPoint !== true || otherDataplane(node) !== undefined) return undefined;
  return routeTaken(state);
}

/** The entry that says that nobody answers for the destination on the node's own link; undefined where none says so. */
function silentNeighbour({ node, destination, oif, via, sender }: PacketState): RuleReference | undefined {
  if (via !== undefined || sender === destination) return undefined;
  const entry = node.neighbours?.find(({ address, device }) => address === destination && device === oif);
  return entry === undefined || !isSilent(entry)
    ? undefined
    : {
        node: node.name,
        family: 'route',
        table: 'neighbours',
        chain: '',
        rule: `${formatIp(destination)} dev ${entry.device} ${entry.state}`,
        source: `ip neigh of ${node.name}`,
        line: 0,
      };
}

// The packet goes back to the pod that sent it.
function deliverToSender(context: WalkContext, state: PacketState, next: (state: PacketState) => void): void {
  const bridged = isBridge(state.node, state.oif);
  if (bridged === undefined) noteUnknown(state, 'whether the pod is on a bridge was not read');
  if (bridged !== true || state.isBridged === false || state.oif === undefined) {
    endPacket(state, bridged === undefined ? 'unknown' : 'delivered', state.translatedDestinationBy);
    next(state);
    return;
  }
  const hairpin = hairpinOf(state.node, state.oif, state.destination);
  if (hairpin.isAllowed === true) {
    endPacket(state, 'delivered', state.translatedDestinationBy);
  } else if (hairpin.isAllowed === false && state.isBridged === true) {
    addStep(
      context,
      state,
      'bridge',
      'the bridge does not send a frame back by the port it came in',
      hairpin.by,
    );
    endPacket(state, 'dropped', hairpin.by);
  } else {
    const text =
      hairpin.isAllowed === undefined
        ? `whether the bridge gives a pod its own frames back: ${hairpin.why}`
        : 'whether bridged frames pass iptables (net.bridge.bridge-nf-call-iptables) was not read';
    const [passes, fails] = forkByUnknown(state.slot, 2, {
      text,
      ...(hairpin.by === undefined ? {} : { rule: hairpin.by }),
    }) as [Slot, Slot];
    const other = forkState(state, fails);
    endPacket(other, 'dropped', hairpin.by);
    next(other);
    state.slot = passes;
    endPacket(state, 'delivered', state.translatedDestinationBy);
  }
  next(state);
}

function leaveCluster(context: WalkContext, state: PacketState): void {
  const { destination } = state;
  if (context.network.isClusterAddress(destination)) {
    const other = otherDataplane(state.node);
    if (other !== undefined && state.translatedDestinationBy === undefined) {
      endUnknown(state, `${other} on ${state.node.name} may translate the packet, which is not modelled`);
      return;
    }
    lost(state, `nobody in the cluster owns ${formatIp(destination)}`);
    return;
  }
  addStep(context, state, 'hop', `leaves the cluster towards ${formatIp(destination)}`);
  endPacket(state, 'delivered', state.translatedDestinationBy);
}

function lost(state: PacketState, text: string): void {
  endPacket(
    state,
    'unroutable',
    state.translatedDestinationBy ??
      routeTaken(state) ?? {
        node: state.node.name,
        family: 'route',
        table: '',
        chain: '',
        rule: text,
        source: `ip route of ${state.node.name}`,
        line: 0,
      },
  );
}

function routeTaken(state: PacketState): RuleReference | undefined {
  const result = lookUpRoute(state.node, {
    destination: state.destination,
    ...(state.isSourceKnown ? { source: state.source } : {}),
    ...(state.iif === undefined ? {} : { iif: state.iif }),
    mark: state.mark,
    protocol: state.protocol,
  });
  return result.kind === 'route' ? referenceToRoute(state.node, result.route) : undefined;
}

function hop(context: WalkContext, state: PacketState, place: Place): void {
  const { node } = state;
  const isPod = place.pod !== undefined && !place.isHostNetwork;
  if (place.pod !== undefined) state.pod = place.pod;
  const next = nextNodeOf(
    context.network,
    node,
    {
      destination: state.destination,
      mark: state.mark,
      ...(state.isSourceKnown ? { source: state.source } : {}),
    },
    place,
  );
  if (next.kind === 'lost') {
    endPacket(state, 'unroutable', next.by);
    return;
  }
  if (next.kind === 'unknown') {
    endBeyond(state, next.text, next.by);
    return;
  }
  if (++state.hops > MOST_HOPS) {
    lost(state, 'the packet goes round in a circle');
    return;
  }
  const nextNode = context.network.nodes.get(next.name);
  if (nextNode === undefined) {
    endBeyond(state, `nothing was read of ${next.name}, where the packet goes on`);
    return;
  }
  if (!(typeof state.destination === 'number' ? nextNode.hasRules.ip : nextNode.hasRules.ip6)) {
    endBeyond(state, `the netfilter rules of ${next.name}, where the packet goes on, were not read`);
    return;
  }
  const stop = next.tunnel && tunnelStop(context, node, nextNode, next.tunnel);
  if (stop !== undefined) {
    if (stop.node === nextNode.name) state.node = nextNode;
    endPacket(state, 'dropped', stop);
    return;
  }
  addStep(
    context,
    state,
    'hop',
    `${node.name} to ${next.name}${state.oif === undefined ? '' : ` by ${state.oif}`}`,
  );
  if (isPod) state.pod = undefined;
  enterNode(state, nextNode);
}
