import { endByRoute, endPacket } from './end-packet.ts';
import { scheduleIpvs } from './ipvs.ts';
import { referenceToSysctl, routesLocalnet } from './kernel-settings.ts';
import { isLoopback } from './local-addresses.ts';
import type { Next, PacketState } from './packet-state.ts';
import { routePacket } from './route-packet.ts';
import type { RuleReference } from './trace.ts';
import type { WalkContext } from './walk-context.ts';
import { walkHook } from './walk-hook.ts';

/** Where IPVS hangs among the chains. *Source:* linux/net/netfilter/ipvs/ip_vs_core.c `ip_vs_ops4`. */
export const IPVS_INPUT = 99;
const IPVS_OUTPUT = -98;

/** Routes a packet made on the node, before its output hook. */
export function routeOutgoing(context: WalkContext, state: PacketState, next: Next): void {
  state.stage = 'output';
  const direction = routePacket(context, state, next);
  if (direction.kind === 'local') {
    state.oif = 'lo';
    state.via = undefined;
  } else if (direction.kind !== 'out') {
    endByRoute(state, direction);
  }
  next(state);
}

/** Takes a packet made on the node through the output hook up to the translation of destinations, and to IPVS. */
export function walkOutput(context: WalkContext, state: PacketState, next: Next): void {
  const { ipvs } = state.node;
  const hasIpvs = ipvs !== undefined && ipvs.length > 0;
  for (const branch of walkHook(context, state, 'output', -Infinity, IPVS_OUTPUT - 1)) {
    const scheduled = hasIpvs && branch.result === undefined ? scheduleIpvs(context, branch) : undefined;
    for (const one of scheduled ?? [branch]) {
      one.stage = scheduled === undefined ? 'output-translated' : 'ipvs-output';
      next(one);
    }
  }
}

/** Takes it through the rest of the hook, and routes it again where the hook changed it. */
export function walkTranslatedOutput(context: WalkContext, state: PacketState, next: Next): void {
  for (const branch of walkHook(context, state, 'output', IPVS_OUTPUT)) {
    if (branch.result === undefined) rerouteOutput(context, branch, next);
    else next(branch);
  }
}

function rerouteOutput(context: WalkContext, state: PacketState, next: Next): void {
  if (state.needsReroute) {
    state.needsReroute = false;
    state.stage = 'postrouting';
    const direction = routePacket(context, state, next);
    if (direction.kind === 'local') {
      state.oif = 'lo';
      state.via = undefined;
    } else if (direction.kind !== 'out') {
      endByRoute(state, direction);
      next(state);
      return;
    }
    const block = loopbackSourceBlock(state);
    if (block !== undefined) {
      endPacket(state, 'dropped', block);
      next(state);
      return;
    }
  }
  state.stage = 'postrouting';
  next(state);
}

// *Source:* linux/net/ipv4/route.c `__mkroute_output`.
function loopbackSourceBlock(state: PacketState): RuleReference | undefined {
  const { oif, source, node } = state;
  if (typeof source !== 'number' || !isLoopback(source) || oif === undefined || oif === 'lo')
    return undefined;
  return routesLocalnet(node, oif) === false
    ? referenceToSysctl(node, `net.ipv4.conf.${oif}.route_localnet`, 0)
    : undefined;
}

/** IPVS sends to its server by the output hook, whoever made the packet. *Source:* ip_vs_xmit.c `ip_vs_nat_send_or_cont`. */
export function walkIpvsOutput(context: WalkContext, state: PacketState, next: Next): void {
  const isMade = state.iif === '';
  state.stage = 'output';
  const direction = routePacket(context, state, next);
  if (direction.kind === 'local') {
    // A server on the node itself: the packet goes on where it is.
    const hook = isMade ? 'output' : 'input';
    state.stage = hook;
    state.oif = isMade ? 'lo' : '';
    state.via = undefined;
    for (const branch of walkHook(context, state, hook, isMade ? IPVS_OUTPUT : IPVS_INPUT)) {
      branch.stage = isMade ? 'postrouting' : 'deliver';
      next(branch);
    }
    return;
  }
  if (direction.kind !== 'out') endByRoute(state, direction);
  next(state);
}
