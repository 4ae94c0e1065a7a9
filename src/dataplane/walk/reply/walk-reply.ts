import { formatIp } from '../../../model/address.ts';
import type { Leg, PacketState, Trail } from '../packet-state.ts';
import type { WalkContext } from '../walk-context.ts';
import { leaveEndpoint } from './leave-endpoint.ts';
import { passNode } from './pass-node.ts';
import { passTransit } from './pass-transit.ts';
import { RETURNS, type ReplyFate, SKIPPED, addressesNotRead, isOn } from './reply-fate.ts';

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
        : (passTransit(context, state, at, last.value) ?? arriveAt(context, leg, hasTranslation(at)));
    if (fate.returns === false) return fate;
    if (fate.returns === 'unknown') isUnknown ??= fate.why ?? '';
    else if (fate === SKIPPED) continue;
    const lost = passNode(context, state, leg);
    if (lost?.returns === false) return lost;
    if (lost !== undefined) isUnknown ??= lost.why ?? '';
  }
  return isUnknown === undefined ? RETURNS : { returns: 'unknown', why: isUnknown };
}

function hasTranslation(from: Trail<Leg>): boolean {
  for (let at: Trail<Leg> | undefined = from; at !== undefined; at = at.rest) {
    if (at.value.isTranslated) return true;
  }
  return false;
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
