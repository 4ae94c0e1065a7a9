import { formatIp } from '../../../model/address.ts';
import { deviceOfPod, hairpinOf, isBridge } from '../bridge.ts';
import { bridgeCallsIptables, bridgeSetting, referenceToBridgeSetting } from '../kernel-settings.ts';
import type { Leg, PacketState } from '../packet-state.ts';
import { routesPodsItself } from '../pod-routes.ts';
import { type WalkContext, addStep } from '../walk-context.ts';
import { RETURNS, type ReplyFate, addressesNotRead, isOn } from './reply-fate.ts';

/** Whether the reply gets from its endpoint to the node: two pods of one bridge talk past it, unless bridged frames are shown to iptables. */
export function leaveEndpoint(context: WalkContext, state: PacketState, leg: Leg): ReplyFate {
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
