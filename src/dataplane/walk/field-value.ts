import type { Ip } from '../../model/address.ts';
import { PROTOCOL } from '../../model/protocol.ts';
import { CT_STATE, type Expression, type Field } from '../ruleset/rule-parts.ts';
import { addressTypeOf } from './local-addresses.ts';
import type { PacketState } from './packet-state.ts';
import type { WalkContext } from './walk-context.ts';

/** The packet has no such field (a port of ICMP, an owner of a forwarded packet): no comparison with it holds. */
export const ABSENT: unique symbol = Symbol('absent');

/** A field's value; undefined where it is not known. */
export type FieldValue = Ip | string | undefined | typeof ABSENT;

/** The value of `expression` for the packet. Random numbers and hashes are undefined: see `random-choice.ts`. */
export function evaluateExpression(
  context: WalkContext,
  state: PacketState,
  expression: Expression,
): FieldValue {
  if (expression.kind !== 'field') return undefined;
  let value = fieldValue(context, state, expression.field, expression.viaInterface);
  if (typeof value === 'number') {
    if (expression.mask !== undefined) {
      if (typeof expression.mask !== 'number') return ABSENT;
      value = (value & expression.mask) >>> 0;
    }
    if (expression.shift !== undefined) value = shiftNumber(value, expression.shift);
  } else if (typeof value === 'bigint') {
    if (expression.mask !== undefined) {
      if (typeof expression.mask !== 'bigint') return ABSENT;
      value &= expression.mask;
    }
    if (expression.shift !== undefined) {
      value = expression.shift >= 0 ? value >> BigInt(expression.shift) : value << BigInt(-expression.shift);
    }
  }
  return value;
}

// Positive shifts to the right, negative to the left.
function shiftNumber(value: number, shift: number): number {
  return shift >= 0 ? value >>> shift : (value << -shift) >>> 0;
}

function hasPorts(protocol: number): boolean {
  switch (protocol) {
    case PROTOCOL.tcp:
    case PROTOCOL.udp:
    case PROTOCOL.sctp:
    case PROTOCOL.dccp:
    case PROTOCOL.udplite:
      return true;
    default:
      return false;
  }
}

/** A field of the packet as the next rule sees it; with `viaInterface`, address types are those on that interface. */
export function fieldValue(
  context: WalkContext,
  state: PacketState,
  field: Field,
  viaInterface: 'iif' | 'oif' | undefined,
): FieldValue {
  switch (field) {
    case 'saddr':
      return state.isSourceKnown ? state.source : undefined;
    case 'daddr':
      return state.destination;
    case 'sport':
      return hasPorts(state.protocol) ? state.sourcePort : ABSENT;
    case 'dport':
      return hasPorts(state.protocol) ? state.destinationPort : ABSENT;
    case 'l4proto':
      return state.protocol;
    case 'nfproto':
      return typeof state.destination === 'number' ? 2 : 10;
    case 'ether-type':
      return typeof state.destination === 'number' ? 0x0800 : 0x86dd;
    case 'iifname':
      return state.iif;
    case 'oifname':
      return state.oif;
    case 'physindev':
      return state.physin;
    case 'physoutdev':
      return state.physout;
    case 'mark':
      return state.mark;
    case 'ctmark':
      return state.isTracked ? state.ctmark : ABSENT;
    case 'ctstate':
      return state.ctstate;
    case 'ctstatus':
      return state.isTracked ? state.ctstatus : ABSENT;
    case 'ctdirection':
      return state.isTracked ? (state.isReply ? 1 : 0) : ABSENT;
    case 'ct-original-saddr':
      return isSeen(state) ? state.original.source : ABSENT;
    case 'ct-original-daddr':
      return isSeen(state) ? state.original.destination : ABSENT;
    case 'ct-original-sport':
      return isSeen(state) && hasPorts(state.protocol) ? state.original.sourcePort : ABSENT;
    case 'ct-original-dport':
      return isSeen(state) && hasPorts(state.protocol) ? state.original.destinationPort : ABSENT;
    case 'ct-reply-saddr':
      return isSeen(state) ? (state.isReply ? state.source : state.destination) : ABSENT;
    case 'ct-reply-daddr':
      return isSeen(state)
        ? state.isReply
          ? state.destination
          : state.isSourceKnown
            ? state.source
            : undefined
        : ABSENT;
    case 'ct-reply-sport':
      return replyPort(state, state.isReply ? state.sourcePort : state.destinationPort);
    case 'ct-reply-dport':
      return replyPort(state, state.isReply ? state.destinationPort : state.sourcePort);
    case 'ct-protocol':
      return isSeen(state) ? state.protocol : ABSENT;
    case 'ct-nfproto':
      return isSeen(state) ? (typeof state.destination === 'number' ? 2 : 10) : ABSENT;
    case 'saddr-type':
      return state.isSourceKnown ? sourceType(context, state, viaInterface) : undefined;
    case 'daddr-type':
      return typeOf(context, state, state.destination, viaInterface);
    case 'tcpflags':
      if (state.protocol !== PROTOCOL.tcp) return ABSENT;
      // SYN, SYN+ACK, and ACK on a connection that stands.
      if (state.connection !== undefined && state.ctstate === CT_STATE.ESTABLISHED) return 0x10;
      return state.isReply ? 0x12 : 0x02;
    case 'icmp-type':
      return state.protocol === PROTOCOL.icmp || state.protocol === PROTOCOL.icmpv6 ? undefined : ABSENT;
    case 'pkttype':
      return 'unicast';
    case 'skuid':
    case 'skgid':
      // Only packets made on the node have a socket behind them.
      return state.stage.startsWith('output') || state.stage === 'postrouting'
        ? state.iif === ''
          ? undefined
          : ABSENT
        : ABSENT;
    case 'fragment':
    case 'header-options':
      // What opens a connection is a whole packet, and clients set no options.
      return 0;
    case 'length':
      return undefined;
  }
}

function replyPort(state: PacketState, port: number | undefined): FieldValue {
  return isSeen(state) && hasPorts(state.protocol) ? port : ABSENT;
}

function isSeen(state: PacketState): boolean {
  return state.isTracked && state.ctstate !== CT_STATE.INVALID;
}

// What arrives does not carry an own address of the node: the kernel drops such a packet as martian.
function sourceType(
  context: WalkContext,
  state: PacketState,
  viaInterface: 'iif' | 'oif' | undefined,
): string | undefined {
  const type = typeOf(context, state, state.source, viaInterface);
  return type === undefined && state.arrivedBy !== '' && state.iif !== 'lo' ? 'unicast' : type;
}

function typeOf(
  context: WalkContext,
  state: PacketState,
  address: Ip,
  viaInterface: 'iif' | 'oif' | undefined,
): string | undefined {
  const device = viaInterface === undefined ? undefined : viaInterface === 'iif' ? state.iif : state.oif;
  if (viaInterface !== undefined && device === undefined) return undefined;
  return addressTypeOf(context.network, state.node, address, device);
}
