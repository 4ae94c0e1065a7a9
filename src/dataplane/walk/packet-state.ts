import type { Ip } from '../../model/address.ts';
import type { PacketResult } from '../../model/packet.ts';
import type { ConntrackEntry, Tuple } from '../conntrack/entry.ts';
import type { NodeState } from '../node-state.ts';
import { CT_STATE } from '../ruleset/rule-parts.ts';
import type { ElementIndex, KeyValue, SetElement } from '../ruleset/sets.ts';
import type { ValueRange } from '../ruleset/verdict.ts';
import type { Slot } from './outcome-tree.ts';
import type { RuleReference, SourceNat, Step, Unknown } from './trace.ts';

/** A list that shares its tail, so that a branch of the walk costs no copy. Newest first. */
export interface Trail<T> {
  readonly value: T;
  readonly rest: Trail<T> | undefined;
}

/** What one node did to the connection, for the way back. */
export interface Leg {
  readonly node: NodeState;
  /** The connection as this node's conntrack sees it arrive, and as it leaves. */
  readonly before: Tuple;
  readonly after: Tuple;
  readonly isSourceKnown: boolean;
  readonly isTracked: boolean;
  readonly isTranslated: boolean;
  /** Interfaces of the first packet; `''` where the packet was made or ended here; undefined where unknown. */
  readonly arrivedBy: string | undefined;
  readonly leftBy: string | undefined;
  readonly ctmark: number;
}

/** What a rule added to a set, or took out of it, when the packet passed. */
export interface SetChange {
  /** The set, or the name of a list that has no elements here. */
  readonly of: ElementIndex | string;
  readonly key: readonly KeyValue[];
  /** The element that is there now; undefined: none; `unknown`: one whose data is not kept. */
  readonly element: SetElement | undefined | 'unknown';
}

/** Where a packet stands in the kernel. */
export type Stage =
  | 'prerouting'
  | 'route-in'
  | 'input'
  | 'forward'
  | 'route-out'
  | 'output'
  | 'output-translated'
  | 'ipvs-output'
  | 'postrouting'
  | 'deliver';

/** One branch of the walk: the packet, its connection, and what became of them so far. Copied where the walk forks. */
export interface PacketState {
  slot: Slot;
  stage: Stage;
  node: NodeState;
  source: Ip;
  /** False after a masquerade whose address could not be told. */
  isSourceKnown: boolean;
  /** Undefined: free, within `sourcePorts`. */
  sourcePort: number | undefined;
  /** What is left of a free source port after rules that tested it; undefined: everything. */
  sourcePorts: readonly ValueRange[] | undefined;
  destination: Ip;
  destinationPort: number | undefined;
  protocol: number;
  mark: number;
  ctmark: number;
  /** `''`: none; undefined: not known. */
  iif: string | undefined;
  oif: string | undefined;
  physin: string | undefined;
  physout: string | undefined;
  /** The gateway of the route taken; undefined where the destination is on the link. */
  via: Ip | undefined;
  /** Bits of CT_STATE as the next rule sees them. */
  ctstate: number;
  ctstatus: number;
  isReply: boolean;
  isTracked: boolean;
  original: Tuple;
  /** The entry of this node's conntrack that the packet belongs to; undefined for the first packet of a connection. */
  connection: ConntrackEntry | undefined;
  /** Whether conntrack's destination and source translation are settled: nat chains of that side run no more. */
  isDestinationSettled: boolean;
  isSourceSettled: boolean;
  /** IPVS handled it: its hooks leave the packet alone. */
  isIpvs: boolean;
  /** The chain or stage changed what routing depends on. */
  needsReroute: boolean;
  sourceNat: SourceNat;
  /** The bridge forwards the frame itself instead of routing it; `unknown` where it may. */
  isBridged: boolean | 'unknown';
  /** The pod of this node that sent the packet; undefined where it came from elsewhere. */
  sender: Ip | undefined;
  /** The packet as it came to this node, and by which interface, for the way back. */
  arrived: Tuple;
  arrivedBy: string | undefined;
  hops: number;
  legs: Trail<Leg> | undefined;
  translatedBy: Trail<RuleReference> | undefined;
  translatedDestinationBy: RuleReference | undefined;
  /** What rules made of sets when the packet passed; newest first. */
  setChanges: Trail<SetChange> | undefined;
  unknowns: Trail<Unknown> | undefined;
  steps: Trail<Step> | undefined;
  /** Set where the packet ended. */
  result: PacketResult | undefined;
  decidedBy: RuleReference | undefined;
  rejectedWith: string | undefined;
  pod: string | undefined;
}

/** A branch of `state` that goes on in `slot`. Member by member: copying them all at once is several times as slow, and this is done for each endpoint. */
export function forkState(state: PacketState, slot: Slot): PacketState {
  return {
    slot,
    stage: state.stage,
    node: state.node,
    source: state.source,
    isSourceKnown: state.isSourceKnown,
    sourcePort: state.sourcePort,
    sourcePorts: state.sourcePorts,
    destination: state.destination,
    destinationPort: state.destinationPort,
    protocol: state.protocol,
    mark: state.mark,
    ctmark: state.ctmark,
    iif: state.iif,
    oif: state.oif,
    physin: state.physin,
    physout: state.physout,
    via: state.via,
    ctstate: state.ctstate,
    ctstatus: state.ctstatus,
    isReply: state.isReply,
    isTracked: state.isTracked,
    original: state.original,
    connection: state.connection,
    isDestinationSettled: state.isDestinationSettled,
    isSourceSettled: state.isSourceSettled,
    isIpvs: state.isIpvs,
    needsReroute: state.needsReroute,
    sourceNat: state.sourceNat,
    isBridged: state.isBridged,
    sender: state.sender,
    arrived: state.arrived,
    arrivedBy: state.arrivedBy,
    hops: state.hops,
    legs: state.legs,
    translatedBy: state.translatedBy,
    translatedDestinationBy: state.translatedDestinationBy,
    setChanges: state.setChanges,
    unknowns: state.unknowns,
    steps: state.steps,
    result: state.result,
    decidedBy: state.decidedBy,
    rejectedWith: state.rejectedWith,
    pod: state.pod,
  };
}

/** The trail's values, oldest first. */
export function trailValues<T>(trail: Trail<T> | undefined): T[] {
  const values: T[] = [];
  for (let at = trail; at !== undefined; at = at.rest) values.push(at.value);
  return values.reverse();
}

/** The connection's tuple as the packet carries it now. */
export function tupleOf(state: PacketState): Tuple {
  return {
    source: state.source,
    destination: state.destination,
    ...(state.sourcePort === undefined ? {} : { sourcePort: state.sourcePort }),
    ...(state.destinationPort === undefined ? {} : { destinationPort: state.destinationPort }),
  };
}

/** Makes `state` a packet that conntrack of the node it stands on has not seen yet. */
export function forgetConnection(state: PacketState): void {
  state.ctstate = CT_STATE.NEW;
  state.ctstatus = 0;
  state.ctmark = 0;
  state.isTracked = true;
  state.original = tupleOf(state);
  state.connection = undefined;
  state.isDestinationSettled = false;
  state.isSourceSettled = false;
  state.isIpvs = false;
  state.needsReroute = false;
  state.isBridged = false;
}

/** Takes a branch: one with a result ended, another goes on at its stage. */
export type Next = (state: PacketState) => void;
