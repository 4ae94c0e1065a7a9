import type { Packet } from '../../model/packet.ts';
import type { NodeState } from '../node-state.ts';
import { CT_STATE } from '../ruleset/rule-parts.ts';
import type { Slot } from './outcome-tree.ts';
import type { PacketState } from './packet-state.ts';

/** `packet`, the first of its connection, as `node` is about to send it; nothing was done to it yet. */
export function startState(slot: Slot, node: NodeState, packet: Packet): PacketState {
  const arrived = {
    source: packet.source,
    destination: packet.destination,
    ...(packet.sourcePort === undefined ? {} : { sourcePort: packet.sourcePort }),
    ...(packet.destinationPort === undefined ? {} : { destinationPort: packet.destinationPort }),
  };
  return {
    slot,
    stage: 'route-out',
    node,
    source: packet.source,
    isSourceKnown: true,
    sourcePort: packet.sourcePort,
    sourcePorts: undefined,
    destination: packet.destination,
    destinationPort: packet.destinationPort,
    protocol: packet.protocol,
    mark: packet.mark ?? 0,
    ctmark: 0,
    iif: '',
    oif: '',
    physin: '',
    physout: '',
    via: undefined,
    ctstate: CT_STATE.NEW,
    ctstatus: 0,
    isReply: false,
    isTracked: true,
    original: arrived,
    connection: undefined,
    isDestinationSettled: false,
    isSourceSettled: false,
    isIpvs: false,
    needsReroute: false,
    sourceNat: 'none',
    isBridged: false,
    sender: undefined,
    arrived,
    arrivedBy: '',
    hops: 0,
    legs: undefined,
    translatedBy: undefined,
    translatedDestinationBy: undefined,
    setChanges: undefined,
    unknowns: undefined,
    steps: undefined,
    result: undefined,
    decidedBy: undefined,
    rejectedWith: undefined,
    pod: undefined,
  };
}
