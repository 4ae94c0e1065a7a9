import { CT_STATUS } from '../ruleset/rule-parts.ts';
import { isBridge } from './bridge.ts';
import { deliverPacket } from './deliver-packet.ts';
import { endPacket, endUnknown } from './end-packet.ts';
import { scheduleIpvs } from './ipvs.ts';
import {
  bridgeCallsIptables,
  forwardingBlock,
  referenceToSysctl,
  routesLocalnet,
} from './kernel-settings.ts';
import { addressTypeOf, isLoopback } from './local-addresses.ts';
import { sourceAddressFor } from './node-links.ts';
import type { PacketState } from './packet-state.ts';
import { reversePathBlock } from './reverse-path.ts';
import { type Direction, routePacket } from './route-packet.ts';
import type { RuleReference } from './trace.ts';
import { type WalkContext, addStep } from './walk-context.ts';
import { walkHook } from './walk-hook.ts';

// Where IPVS hangs among the chains. *Source:* linux/net/netfilter/ipvs/ip_vs_core.c `ip_vs_ops4`.
const IPVS_INPUT = 99;
const IPVS_OUTPUT = -98;

/** Takes a branch: one with a result ended, another goes on at its stage. */
export type Next = (state: PacketState) => void;

/** Carries `state` through the stage it stands in, and hands every branch that comes out to `next`. */
export function walkStage(context: WalkContext, state: PacketState, next: Next): void {
  switch (state.stage) {
    case 'prerouting':
      walkPrerouting(context, state, next);
      return;
    case 'route-in':
      routeIncoming(context, state, next);
      return;
    case 'input':
      walkInput(context, state, next);
      return;
    case 'forward':
      passHook(context, state, next, 'forward', 'postrouting');
      return;
    case 'route-out':
      routeOutgoing(context, state, next);
      return;
    case 'output':
      walkOutput(context, state, next);
      return;
    case 'ipvs-output':
      walkIpvsOutput(context, state, next);
      return;
    case 'postrouting':
      walkPostrouting(context, state, next);
      return;
    case 'deliver':
      deliverPacket(context, state, next);
      return;
  }
}

function walkPrerouting(context: WalkContext, state: PacketState, next: Next): void {
  for (const branch of walkHook(context, state, 'prerouting')) {
    branch.needsReroute = false;
    branch.stage = 'route-in';
    next(branch);
  }
}

function routeIncoming(context: WalkContext, state: PacketState, next: Next): void {
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
  if (state.isBridged === true && state.destination === state.arrived.destination) return;
  markBridged(state);
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

function walkInput(context: WalkContext, state: PacketState, next: Next): void {
  state.oif = '';
  const { ipvs } = state.node;
  if (ipvs === undefined || ipvs.length === 0 || state.isIpvs) {
    passHook(context, state, next, 'input', 'deliver');
    return;
  }
  for (const branch of walkHook(context, state, 'input', -Infinity, IPVS_INPUT - 1)) {
    if (branch.result !== undefined) {
      next(branch);
      continue;
    }
    const scheduled = scheduleIpvs(context, branch);
    if (scheduled !== undefined) {
      for (const one of scheduled) leaveIpvs(one, next);
      continue;
    }
    for (const rest of walkHook(context, branch, 'input', IPVS_INPUT)) {
      rest.stage = 'deliver';
      next(rest);
    }
  }
}

function leaveIpvs(state: PacketState, next: Next): void {
  state.stage = 'ipvs-output';
  next(state);
}

function routeOutgoing(context: WalkContext, state: PacketState, next: Next): void {
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

function walkOutput(context: WalkContext, state: PacketState, next: Next): void {
  const { ipvs } = state.node;
  const hasIpvs = ipvs !== undefined && ipvs.length > 0;
  const before = walkHook(context, state, 'output', -Infinity, hasIpvs ? IPVS_OUTPUT - 1 : Infinity);
  for (const branch of before) {
    if (branch.result !== undefined) {
      next(branch);
      continue;
    }
    const scheduled = hasIpvs ? scheduleIpvs(context, branch) : undefined;
    if (scheduled !== undefined) {
      for (const one of scheduled) leaveIpvs(one, next);
      continue;
    }
    const after = hasIpvs ? walkHook(context, branch, 'output', IPVS_OUTPUT) : [branch];
    for (const rest of after) {
      if (rest.result === undefined) rerouteOutput(context, rest, next);
      else next(rest);
    }
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

// IPVS sends to its server by the output hook, whoever made the packet. *Source:* ip_vs_xmit.c `ip_vs_nat_send_or_cont`.
function walkIpvsOutput(context: WalkContext, state: PacketState, next: Next): void {
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

function walkPostrouting(context: WalkContext, state: PacketState, next: Next): void {
  for (const branch of walkHook(context, state, 'postrouting')) {
    branch.ctstatus |= CT_STATUS.CONFIRMED;
    if (branch.result === undefined && branch.oif === 'lo') {
      branch.iif = 'lo';
      branch.oif = '';
      branch.stage = 'prerouting';
      next(branch);
      continue;
    }
    branch.stage = 'deliver';
    next(branch);
  }
}

function passHook(
  context: WalkContext,
  state: PacketState,
  next: Next,
  hook: 'input' | 'forward' | 'output',
  stage: PacketState['stage'],
): void {
  for (const branch of walkHook(context, state, hook)) {
    branch.stage = stage;
    next(branch);
  }
}

function endByRoute(
  state: PacketState,
  direction: Exclude<Direction, { kind: 'local' } | { kind: 'out' }>,
): void {
  switch (direction.kind) {
    case 'refused':
      state.rejectedWith = direction.with;
      endPacket(state, 'rejected', direction.by);
      return;
    case 'dropped':
      endPacket(state, 'dropped', direction.by);
      return;
    case 'no-route':
      endPacket(state, 'unroutable', direction.by);
      return;
  }
}

/** The source address the kernel gives a packet made on the node, where routes and addresses tell; else the one it has. */
export function selectSource(context: WalkContext, state: PacketState): void {
  const probe: PacketState = { ...state, slot: {}, isSourceKnown: false };
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
