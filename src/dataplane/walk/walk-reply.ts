import { formatIp } from '../../model/address.ts';
import { PROTOCOL } from '../../model/protocol.ts';
import type { NodeState } from '../node-state.ts';
import { CT_STATE, CT_STATUS } from '../ruleset/rule-parts.ts';
import type { Hook } from '../ruleset/ruleset.ts';
import { deviceOfPod, hairpinOf, isBridge } from './bridge.ts';
import { bridgeCallsIptables, bridgeSetting, referenceToBridgeSetting } from './kernel-settings.ts';
import { addressTypeOf } from './local-addresses.ts';
import type { Leg, PacketState, Trail } from './packet-state.ts';
import { routesPodsItself } from './pod-routes.ts';
import { mayStopReplies } from './reply-hazards.ts';
import { nextNodeOf } from './next-node.ts';
import { reversePathBlock } from './reverse-path.ts';
import { formatRoute, lookUpRoute } from './route-lookup.ts';
import { referenceToRoute } from './route-packet.ts';
import type { RuleReference } from './trace.ts';
import { tunnelStop } from './tunnel-stop.ts';
import { type WalkContext, addStep } from './walk-context.ts';
import { walkHook } from './walk-hook.ts';

/** Whether the reply comes back to the client through every translation, and what loses it where that can be named. */
export interface ReplyFate {
  readonly returns: boolean | 'unknown';
  readonly lostBy?: RuleReference;
  readonly why?: string;
}

const RETURNS: ReplyFate = { returns: true };

/** Walks the reply of a delivered packet back along its legs. */
export function walkReply(context: WalkContext, state: PacketState): ReplyFate {
  const last = state.legs;
  if (last === undefined) return RETURNS;
  const { after, isSourceKnown } = last.value;
  if (isSourceKnown && after.source === after.destination && last.value.arrivedBy !== '') {
    return { returns: false, why: `${formatIp(after.source)} would answer itself` };
  }
  let isUnknown: string | undefined;
  for (let at: Trail<Leg> | undefined = last; at !== undefined; at = at.rest) {
    const leg: Leg = at.value;
    const fate =
      at === last
        ? leaveEndpoint(context, state, leg)
        : (throughTransit(context, state, at, last.value) ?? arriveAt(context, leg, hasTranslation(at)));
    if (fate.returns === false) return fate;
    if (fate.returns === 'unknown') isUnknown ??= fate.why ?? '';
    else if (fate === SKIPPED) continue;
    const lost = passNode(context, state, leg);
    if (lost?.returns === false) return lost;
    if (lost !== undefined) isUnknown ??= lost.why ?? '';
  }
  return isUnknown === undefined ? RETURNS : { returns: 'unknown', why: isUnknown };
}

const SKIPPED: ReplyFate = { returns: true };

function hasTranslation(from: Trail<Leg>): boolean {
  for (let at: Trail<Leg> | undefined = from; at !== undefined; at = at.rest) {
    if (at.value.isTranslated) return true;
  }
  return false;
}

// Two pods of one bridge talk past the node, unless bridged frames are shown to iptables.
function leaveEndpoint(context: WalkContext, state: PacketState, leg: Leg): ReplyFate {
  const { node, after } = leg;
  const toItself = comesBackToItself(leg);
  if (toItself !== undefined) return toItself;
  const place = context.network.placeOf(after.destination);
  if (place === undefined && leg.leftBy !== '') return comesBackFromOutside(context, leg);
  if (!leg.isTranslated || !leg.isSourceKnown || leg.leftBy === '' || leg.arrivedBy === '') return RETURNS;
  const client = context.network.placeOf(after.source);
  if (client?.node !== node.name || client.pod === undefined || client.isHostNetwork) return RETURNS;
  const clientDevice = deviceOfPod(node, after.source);
  if (clientDevice === undefined || clientDevice !== leg.leftBy) return RETURNS;
  const bridged = isBridge(node, clientDevice);
  if (bridged === false) return RETURNS;
  const calls = bridgeCallsIptables(node, after.source);
  if (calls === true) return RETURNS;
  if (calls === undefined || bridged === undefined) {
    return { returns: 'unknown', why: `${bridgeSetting(after.source)} of ${node.name} was not read` };
  }
  const lostBy = referenceToBridgeSetting(node, after.source);
  addStep(context, state, 'reply', 'the bridge carries the reply past the translation', lostBy);
  return { returns: false, lostBy, why: 'the reply is bridged past the translation' };
}

/**
 * Where the endpoint is its own client and the source was replaced, the translation back happens in the bridge: the reply leaves by the port it came
 * in, whatever way the packet itself took (that of IPVS leads through the node). *Source:* linux/net/bridge/br_netfilter_hooks.c `br_nf_pre_routing_finish`.
 */
function comesBackToItself({ node, before, after, leftBy, isSourceKnown }: Leg): ReplyFate | undefined {
  // An address that replaced the source and is not known is not the endpoint's own.
  if (before.source !== after.destination || (isSourceKnown && after.source === before.source))
    return undefined;
  if (
    leftBy === undefined ||
    leftBy === '' ||
    isBridge(node, leftBy) !== true ||
    bridgeCallsIptables(node, after.source) === false
  )
    return undefined;
  const { isAllowed, by, why } = hairpinOf(node, leftBy, before.source);
  if (isAllowed === true) return undefined;
  if (isAllowed === undefined || by === undefined)
    return { returns: 'unknown', why: `whether the bridge gives a pod its own frames back: ${why}` };
  return { returns: false, lostBy: by, why: 'the bridge does not send a frame back by the port it came in' };
}

function comesBackFromOutside(context: WalkContext, leg: Leg): ReplyFate {
  const own = !leg.isSourceKnown || isOn(context, leg.node, leg);
  if (own === true) return RETURNS;
  if (own === undefined) return addressesNotRead(leg);
  if (context.network.placeOf(leg.after.source) === undefined && leg.isTranslated) {
    return { returns: false, why: 'the endpoint answers the client directly' };
  }
  // Where the network between the nodes carries pods' packets, it carries those from outside as well.
  const client = context.network.placeOf(leg.after.source);
  if (client?.node === leg.node.name && !routesPodsItself(context.network, leg.node)) return RETURNS;
  return {
    returns: 'unknown',
    why: `whether the way back to ${formatIp(leg.after.source)} leads by ${leg.node.name}`,
  };
}

/**
 * The fate of a reply at a node that only passed the packet on, because a route leads by way of it: the reply comes the same way, or past the node, whose
 * connection tracking then sees one direction and takes all but the first packet for INVALID. Undefined where the node translated, or nothing leads on.
 * *Source:* linux/net/netfilter/nf_conntrack_proto_tcp.c `tcp_conntracks` (an ACK in SYN_SENT).
 */
function throughTransit(
  context: WalkContext,
  state: PacketState,
  { value: leg, rest }: Trail<Leg>,
  end: Leg,
): ReplyFate | undefined {
  const { node, after } = leg;
  if (leg.isTranslated || rest === undefined || leg.arrivedBy === '' || leg.leftBy === '') return undefined;
  const place = context.network.placeOf(after.source);
  if (place === undefined || place.node === node.name) return undefined;
  const key = { destination: after.source, source: after.destination };
  const next = nextNodeOf(context.network, end.node, key, place);
  if (next.kind !== 'node') return undefined;
  if (next.name === node.name) return RETURNS;
  if (state.protocol !== PROTOCOL.tcp || !leg.isTracked) return SKIPPED;
  const half = replyAt(state, leg);
  half.stage = 'forward';
  [half.source, half.sourcePort] = [after.source, after.sourcePort];
  [half.destination, half.destinationPort] = [after.destination, after.destinationPort];
  [half.iif, half.oif] = [leg.arrivedBy, leg.leftBy];
  half.ctstate = CT_STATE.INVALID;
  half.ctstatus = 0;
  half.isReply = false;
  const branches = walkHook(context, half, 'forward');
  const stopped = branches.filter(({ result }) => result !== undefined && result !== 'unknown');
  if (stopped.length === 0) return SKIPPED;
  const from = rest.value.node;
  const route = lookUpRoute(from, { destination: after.destination });
  if (route.kind !== 'route') return undefined;
  const why = `leads by way of ${node.name}, which sees one direction of the connection and drops it as INVALID`;
  return {
    returns: stopped.length === branches.length ? false : 'unknown',
    lostBy: {
      ...referenceToRoute(from, route.route),
      table: 'detour',
      rule: `${formatRoute(route.route)}: ${why}`,
    },
    why,
  };
}

// Does the reply, on its way to what the next node saw as the source, come by this node?
function arriveAt(context: WalkContext, leg: Leg, isNeeded: boolean): ReplyFate {
  const own = !leg.isSourceKnown || isOn(context, leg.node, leg);
  if (own === true) return RETURNS;
  if (!isNeeded) return SKIPPED;
  if (own === undefined) return addressesNotRead(leg);
  return {
    returns: false,
    why: `the reply goes to ${formatIp(leg.after.source)} without passing ${leg.node.name}`,
  };
}

// Undefined where no object knows the address, and the node's own were not read.
function isOn(context: WalkContext, node: NodeState, leg: Leg): boolean | undefined {
  const { source } = leg.after;
  const place = context.network.placeOf(source);
  if (place !== undefined) return place.node === node.name;
  const type = addressTypeOf(context.network, node, source);
  return type === undefined ? undefined : type === 'local';
}

function addressesNotRead({ node, after }: Leg): ReplyFate {
  return {
    returns: 'unknown',
    why: `whether ${formatIp(after.source)} is reached by ${node.name}, whose addresses and routes were not read`,
  };
}

function passNode(context: WalkContext, state: PacketState, leg: Leg): ReplyFate | undefined {
  const { node, after, before } = leg;
  const family = typeof after.destination === 'number' ? 'ip' : 'ip6';
  const first: Hook = leg.leftBy === '' ? 'output' : 'prerouting';
  const middle: Hook | undefined = leg.arrivedBy === '' ? 'input' : leg.leftBy === '' ? undefined : 'forward';
  const back = lookUpRoute(node, { destination: before.source });
  if (back.kind === 'none') {
    return { returns: false, why: `${node.name} has no route back to ${formatIp(before.source)}` };
  }
  const way = wayBack(context, leg);
  if (way !== undefined) return way;
  const hooks: Hook[] = [
    first,
    ...(middle === undefined ? [] : [middle]),
    ...(middle === 'input' ? [] : ['postrouting' as const]),
  ];
  const block =
    first === 'prerouting'
      ? reversePathBlock({
          node,
          iif: leg.leftBy,
          source: after.destination,
          destination: after.source,
          isSourceKnown: true,
          mark: 0,
          protocol: state.protocol,
        })
      : undefined;
  if (block !== undefined) return { returns: false, lostBy: block };
  for (const hook of hooks) {
    if (context.isVerbose || mayStopReplies(node, family, hook)) {
      return walkHooks(context, state, replyAt(state, leg), leg, hooks);
    }
  }
  return undefined;
}

// To a client on another node, the reply needs a route as the packet did.
function wayBack(context: WalkContext, { node, before, after, arrivedBy }: Leg): ReplyFate | undefined {
  const place = context.network.placeOf(before.source);
  if (place === undefined || place.node === node.name || arrivedBy === '') return undefined;
  const key = { destination: before.source, source: after.destination };
  const next = nextNodeOf(context.network, node, key, place);
  if (next.kind === 'node') {
    const target = context.network.nodes.get(next.name);
    const stop = next.tunnel && target && tunnelStop(context, node, target, next.tunnel);
    return stop && { returns: false, lostBy: stop, why: `what carries the reply to ${next.name} is dropped` };
  }
  return next.kind === 'lost'
    ? { returns: false, lostBy: next.by, why: `${node.name} cannot send the reply back` }
    : { returns: 'unknown', lostBy: next.by, why: next.text };
}

function replyAt(state: PacketState, leg: Leg): PacketState {
  const { after, before } = leg;
  return {
    ...state,
    slot: {},
    stage: leg.leftBy === '' ? 'output' : 'prerouting',
    node: leg.node,
    source: after.destination,
    isSourceKnown: true,
    sourcePort: after.destinationPort,
    sourcePorts: undefined,
    destination: after.source,
    destinationPort: after.sourcePort,
    mark: 0,
    ctmark: leg.ctmark,
    iif: leg.leftBy,
    oif: '',
    via: undefined,
    ctstate: leg.isTracked ? CT_STATE.ESTABLISHED : CT_STATE.UNTRACKED,
    ctstatus:
      CT_STATUS.SEEN_REPLY |
      CT_STATUS.CONFIRMED |
      (after.destination === before.destination ? 0 : CT_STATUS.DNAT) |
      (after.source === before.source ? 0 : CT_STATUS.SNAT),
    isReply: true,
    isTracked: leg.isTracked,
    original: before,
    connection: undefined,
    isDestinationSettled: false,
    isSourceSettled: false,
    result: undefined,
    decidedBy: undefined,
    unknowns: undefined,
    steps: undefined,
  };
}

function walkHooks(
  context: WalkContext,
  state: PacketState,
  reply: PacketState,
  leg: Leg,
  hooks: readonly Hook[],
): ReplyFate | undefined {
  let isStopped = false;
  let lostBy: RuleReference | undefined;
  let passes = false;
  let pending: PacketState[] = [reply];
  for (const hook of hooks) {
    const after: PacketState[] = [];
    for (const one of pending) {
      if (hook === 'input') one.oif = '';
      if (hook === 'forward' || hook === 'postrouting') one.oif = leg.arrivedBy;
      for (const branch of passTranslated(context, one, leg, hook)) {
        if (branch.result === undefined) after.push(branch);
        else {
          isStopped = true;
          lostBy ??= branch.decidedBy;
          if (branch.result === 'unknown') passes = true;
        }
      }
    }
    pending = after;
  }
  passes ||= pending.length > 0;
  if (context.isVerbose) {
    for (const branch of pending.slice(0, 1)) {
      for (const step of stepsOf(branch)) addStep(context, state, 'reply', step.text, step.rule);
    }
  }
  if (!isStopped) return undefined;
  const because = lostBy === undefined ? {} : { lostBy };
  return passes
    ? { returns: 'unknown', why: `a rule of ${leg.node.name} may stop replies`, ...because }
    : { returns: false, why: `a rule of ${leg.node.name} stops replies`, ...because };
}

// Translation is undone at the places where it was made: the destination first, the source last.
function passTranslated(context: WalkContext, reply: PacketState, leg: Leg, hook: Hook): PacketState[] {
  const at = hook === 'prerouting' || hook === 'output' ? -100 : 100;
  if (hook === 'forward') return walkHook(context, reply, hook);
  const through: PacketState[] = [];
  for (const branch of walkHook(context, reply, hook, -Infinity, at)) {
    if (branch.result !== undefined) {
      through.push(branch);
      continue;
    }
    if (at < 0) {
      branch.destination = leg.before.source;
      branch.destinationPort = leg.before.sourcePort;
    } else {
      branch.source = leg.before.destination;
      branch.sourcePort = leg.before.destinationPort;
    }
    through.push(...walkHook(context, branch, hook, at + 1));
  }
  return through;
}

function stepsOf(state: PacketState): { text: string; rule?: RuleReference }[] {
  const steps: { text: string; rule?: RuleReference }[] = [];
  for (let at = state.steps; at !== undefined; at = at.rest) steps.push(at.value);
  return steps.reverse();
}
