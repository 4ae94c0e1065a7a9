import { CT_STATE, CT_STATUS } from '../../ruleset/rule-parts.ts';
import type { Leg, PacketState } from '../packet-state.ts';

/** The reply to `state` as the node of `leg` first sees it: with the addresses that the packet left with, turned round. */
export function replyAt(state: PacketState, leg: Leg): PacketState {
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
