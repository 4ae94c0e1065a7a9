import { isBridge, portTo } from './bridge.ts';
import { endByRoute, endPacket, endUnknown } from './end-packet.ts';
import {
  bridgeCallsIptables,
  forwardingBlock,
  referenceToSysctl,
  routesLocalnet,
} from './kernel-settings.ts';
import { addressTypeOf, isLoopback } from './local-addresses.ts';
import type { Next, PacketState } from './packet-state.ts';
import { reversePathBlock } from './reverse-path.ts';
import { routePacket } from './route-packet.ts';
import type { RuleReference } from './trace.ts';
import type { WalkContext } from './walk-context.ts';

/** Decides whether a packet that arrived is for the node itself, is passed on, or is refused for where it comes from or goes to. */
export function routeIncoming(context: WalkContext, state: PacketState, next: Next): void {
  const block = martianBlock(context, state) ?? reversePathBlock(state);
  if (block !== undefined) {
    endPacket(state, 'dropped', block);
    next(state);
    return;
  }
  if (isLoopback(state.destination) && state.iif !== 'lo' && typeof state.destination === 'number') {
    const isRouted = state.iif === undefined ? undefined : routesLocalnet(state.node, state.iif);
    if (isRouted !== true) {
      const by = referenceToSysctl(state.node, `net.ipv4.conf.${state.iif ?? 'all'}.route_localnet`, 0);
      if (isRouted === false) endPacket(state, 'dropped', by);
      else endUnknown(state, 'route_localnet was not read');
      next(state);
      return;
    }
  }
  state.stage = 'forward';
  const direction = routePacket(context, state, (other) => {
    checkForwarding(other);
    next(other);
  });
  if (direction.kind === 'local') state.stage = 'input';
  else if (direction.kind === 'out') checkForwarding(state);
  else endByRoute(state, direction);
  next(state);
}

function checkForwarding(state: PacketState): void {
  // A frame between two pods of one bridge is not routed, unless it was translated.
  const isUntouched = state.isBridged === true && state.destination === state.arrived.destination;
  if (!isUntouched) markBridged(state);
  // Only what a bridge forwards itself has a port to leave by. *Source:* linux/net/bridge/br_netfilter_hooks.c `br_nf_forward`.
  state.physout = state.isBridged === false ? '' : portTo(state.node, state.oif, state.destination);
  if (isUntouched) return;
  const block = forwardingBlock(state.node, state.iif, state.destination);
  if (block !== undefined) endPacket(state, 'dropped', block);
}

// A frame that is translated to a destination on the bridge it came from is bridged, not routed.
// *Source:* linux/net/bridge/br_netfilter_hooks.c `br_nf_pre_routing_finish`.
function markBridged(state: PacketState): void {
  state.isBridged = false;
  if (state.sender === undefined) return;
  if (state.oif === undefined || state.oif !== state.iif || state.via !== undefined) return;
  if (isBridge(state.node, state.oif) !== true) return;
  state.isBridged = bridgeCallsIptables(state.node, state.destination) ?? 'unknown';
}

// A source that is the node's own address cannot come from outside.
function martianBlock(context: WalkContext, state: PacketState): RuleReference | undefined {
  const { iif, node } = state;
  if (iif === 'lo' || iif === '' || !state.isSourceKnown) return undefined;
  if (node.routes === undefined && node.links === undefined) return undefined;
  if (addressTypeOf(context.network, node, state.source) !== 'local') return undefined;
  return {
    node: node.name,
    family: 'route',
    table: 'local',
    chain: '',
    rule: 'martian source: a packet with an own address of the node arrives from outside',
    source: `ip addr of ${node.name}`,
    line: 0,
  };
}
