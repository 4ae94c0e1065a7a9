import { formatAddressPort } from '../../model/address.ts';
import { protocolName } from '../../model/protocol.ts';
import type { ConntrackEntry, Tuple } from '../conntrack/entry.ts';
import type { NodeState } from '../node-state.ts';
import { CT_STATE, CT_STATUS } from '../ruleset/rule-parts.ts';
import type { PacketState } from './packet-state.ts';
import type { RuleReference } from './trace.ts';
import { type WalkContext, addStep } from './walk-context.ts';

const indexes = new WeakMap<NodeState, ReadonlyMap<string, ConntrackEntry>>();

/**
 * The connection that the packet belongs to, as its first direction, where the node's conntrack has it; undefined for a new one and where
 * the source port is free. Connections of IPVS are IPVS's own, whose table is not read.
 */
export function knownConnection(state: PacketState): ConntrackEntry | undefined {
  const { node, source, sourcePort, destination, destinationPort, protocol, isSourceKnown } = state;
  if (node.conntrack === undefined || !isSourceKnown || sourcePort === undefined) return undefined;
  if (node.ipvs?.some(({ address }) => address === destination)) return undefined;
  let index = indexes.get(node);
  if (index === undefined) {
    index = new Map(node.conntrack.map((entry) => [keyOf(entry.protocol, entry.original), entry]));
    indexes.set(node, index);
  }
  return index.get(
    keyOf(protocol, {
      source,
      sourcePort,
      destination,
      ...(destinationPort === undefined ? {} : { destinationPort }),
    }),
  );
}

function keyOf(protocol: number, { source, sourcePort, destination, destinationPort }: Tuple): string {
  return `${protocol} ${source} ${sourcePort} ${destination} ${destinationPort}`;
}

/** Makes `state` a packet of `connection`: its state, mark and status, and no chain of nat to come. */
export function joinConnection(state: PacketState, connection: ConntrackEntry): void {
  const { original, reply, isUnreplied, mark } = connection;
  state.connection = connection;
  // Until an answer came back, its packets are still new to rules. *Source:* nf_conntrack_core.c `resolve_normal_ct`.
  state.ctstate = isUnreplied ? CT_STATE.NEW : CT_STATE.ESTABLISHED;
  state.ctmark = mark ?? 0;
  state.ctstatus =
    CT_STATUS.CONFIRMED |
    (isUnreplied ? 0 : CT_STATUS.SEEN_REPLY) |
    (isSame(original.destination, original.destinationPort, reply.source, reply.sourcePort)
      ? 0
      : CT_STATUS.DNAT) |
    (isSame(original.source, original.sourcePort, reply.destination, reply.destinationPort)
      ? 0
      : CT_STATUS.SNAT);
  state.isDestinationSettled = true;
  state.isSourceSettled = true;
}

/** Translates the packet as its connection was, at the place where nat does. *Source:* nf_nat_core.c `nf_nat_packet`. */
export function followConnection(context: WalkContext, state: PacketState, isDestination: boolean): void {
  const { connection, node } = state;
  if (connection === undefined || state.result !== undefined) return;
  const { reply } = connection;
  const by = referenceToConnection(node, connection);
  if (isDestination) {
    if (isSame(state.destination, state.destinationPort, reply.source, reply.sourcePort)) return;
    state.destination = reply.source;
    state.destinationPort = reply.sourcePort;
    state.needsReroute = true;
    state.translatedDestinationBy = by;
  } else {
    if (isSame(state.source, state.sourcePort, reply.destination, reply.destinationPort)) return;
    if (state.source !== reply.destination) state.sourceNat = { address: reply.destination };
    state.source = reply.destination;
    state.sourcePort = reply.destinationPort;
  }
  state.translatedBy = { value: by, rest: state.translatedBy };
  addStep(context, state, 'conntrack', 'translated as its connection was', by);
}

function isSame(a: unknown, aPort: unknown, b: unknown, bPort: unknown): boolean {
  return a === b && aPort === bPort;
}

function referenceToConnection(node: NodeState, entry: ConntrackEntry): RuleReference {
  const { original, reply } = entry;
  const show = (address: Tuple['source'], port = 0): string => formatAddressPort(address, port);
  return {
    node: node.name,
    family: 'conntrack',
    table: '',
    chain: '',
    rule: `${protocolName(entry.protocol)} ${show(original.source, original.sourcePort)} to ${show(original.destination, original.destinationPort)}, answered by ${show(reply.source, reply.sourcePort)}${entry.isUnreplied ? ' [UNREPLIED]' : ''}`,
    source: `conntrack of ${node.name}`,
    line: entry.line,
  };
}
