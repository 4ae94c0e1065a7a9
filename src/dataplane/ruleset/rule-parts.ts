import type { Ip } from '../../model/address.ts';
import type { InlineMap } from './sets.ts';
import type { ValueRange, Verdict } from './verdict.ts';

/**
 * One part of a rule. Matches and statements of iptables and nftables are told in the same words; a rule stops at
 * its first match that does not hold.
 */
export type Part = Match | Statement;

/**
 * A property of the packet, its connection or its way. Addresses are `Ip`; ports, marks and protocol are numbers;
 * interfaces are names; `header-options` says whether the packet has IP options or extension headers. `ctstate` is a bit set of CT_STATE, `ctstatus` of CT_STATUS, `tcpflags` of the TCP header.
 */
export type Field =
  | 'saddr'
  | 'daddr'
  | 'sport'
  | 'dport'
  | 'l4proto'
  | 'nfproto'
  | 'iifname'
  | 'oifname'
  | 'physindev'
  | 'physoutdev'
  | 'mark'
  | 'ctmark'
  | 'ctstate'
  | 'ctstatus'
  | 'ctdirection'
  | 'ct-original-saddr'
  | 'ct-original-daddr'
  | 'ct-original-sport'
  | 'ct-original-dport'
  | 'ct-reply-saddr'
  | 'ct-reply-daddr'
  | 'ct-reply-sport'
  | 'ct-reply-dport'
  | 'ct-protocol'
  | 'ct-nfproto'
  | 'saddr-type'
  | 'daddr-type'
  | 'icmp-type'
  | 'tcpflags'
  | 'length'
  | 'pkttype'
  | 'skuid'
  | 'skgid'
  | 'fragment'
  | 'header-options'
  | 'ether-type';

/** Connection states as bits of the field `ctstate`. */
export const CT_STATE = { INVALID: 1, ESTABLISHED: 2, RELATED: 4, NEW: 8, UNTRACKED: 64 } as const;

/** Connection status bits of the field `ctstatus`. *Source:* linux/netfilter/nf_conntrack_common.h. */
export const CT_STATUS = {
  EXPECTED: 1,
  SEEN_REPLY: 2,
  ASSURED: 4,
  CONFIRMED: 8,
  SNAT: 16,
  DNAT: 32,
} as const;

/** The values a comparison accepts. Names may end in `*`, which stands for any rest. */
export type ValueSet = { readonly ranges: readonly ValueRange[] } | { readonly names: readonly string[] };

/** A value that is computed per packet: a field, maybe masked or shifted; a random or hashed number. */
export type Expression =
  | {
      readonly kind: 'field';
      readonly field: Field;
      readonly mask?: Ip;
      readonly shift?: number;
      readonly viaInterface?: 'iif' | 'oif';
    }
  | {
      readonly kind: 'numgen';
      readonly mode: 'random' | 'inc';
      readonly mod: number;
      readonly offset: number;
    }
  | {
      readonly kind: 'hash';
      readonly fields: readonly Field[];
      readonly mod: number;
      readonly offset: number;
    }
  | { readonly kind: 'unknown'; readonly text: string };

/** A condition. */
export type Match =
  /** `left` is (not) one of `values`. `bits` instead of values: (left & bits) != 0, as nftables tests flags. */
  | {
      readonly kind: 'compare';
      readonly left: Expression;
      readonly not: boolean;
      readonly values: ValueSet;
    }
  | { readonly kind: 'bits'; readonly left: Expression; readonly not: boolean; readonly bits: number }
  /** The concatenation `key` is (not) an element of a named nftables set or an ipset, or of `inline`, a set without name. */
  | {
      readonly kind: 'lookup';
      readonly key: readonly Expression[];
      readonly set: string;
      readonly inline?: InlineMap;
      readonly not: boolean;
      readonly ipset: boolean;
    }
  /** One of several conditions holds. */
  | { readonly kind: 'any'; readonly of: readonly Match[] }
  /** True for `weight` of `of` packets (`statistic` random: `of` = 2^31; nth: 1 of `every`). */
  | { readonly kind: 'random'; readonly weight: number; readonly of: number; readonly not: boolean }
  /** xt_recent: whether the source is in the list, or (`set`) put it there, which always matches. */
  | {
      readonly kind: 'recent';
      readonly list: string;
      readonly operation: 'set' | 'rcheck' | 'update' | 'remove';
      readonly seconds?: number;
      readonly not: boolean;
    }
  /** xt_ipvs: whether the packet belongs to an IPVS connection, narrowed by its virtual address. */
  | {
      readonly kind: 'ipvs';
      readonly not: boolean;
      readonly vaddr?: Ip;
      readonly vport?: number;
      readonly protocol?: number;
    }
  /** A reverse path test: a route back to the source exists (by the same interface unless loose). */
  | { readonly kind: 'rpfilter'; readonly loose: boolean; readonly not: boolean; readonly withMark: boolean }
  /** Whether a local socket would take the packet. */
  | { readonly kind: 'socket'; readonly not: boolean; readonly text: string }
  /** A match that is not modelled: neither yes nor no. */
  | { readonly kind: 'unknown-match'; readonly text: string };

/** New value = (old & and) ^ xor, on 32 bits. */
export interface MarkChange {
  readonly and: number;
  readonly xor: number;
}

/** What a map, named or written in the rule, says for a key. */
export interface MapLookup {
  readonly key: readonly Expression[];
  readonly map: InlineMap | string;
}

/** Where NAT sends to: address range, port range, or what maps say. Absent parts stay as they are. */
export interface NatTarget {
  readonly addresses?: ValueRange;
  readonly ports?: ValueRange;
  /** Its data is an address, a port, or both. */
  readonly map?: MapLookup;
  /** Its data is a port. */
  readonly portMap?: MapLookup;
  /** Only the network of the address becomes that of the target, as NETMAP does. */
  readonly isPrefix?: boolean;
}

/** What a rule does. */
export type Statement =
  | Verdict
  | { readonly kind: 'reject'; readonly with: string }
  /** Verdict map: the element found decides; none found, the rule goes on. */
  | ({ readonly kind: 'vmap' } & MapLookup)
  | { readonly kind: 'dnat'; readonly to: NatTarget }
  | { readonly kind: 'snat'; readonly to: NatTarget }
  | { readonly kind: 'masquerade'; readonly ports?: ValueRange }
  | { readonly kind: 'redirect'; readonly ports?: ValueRange; readonly portMap?: MapLookup }
  /** The network of the destination becomes this one; that of the source in chains that translate sources. */
  | { readonly kind: 'netmap'; readonly first: Ip; readonly prefix: number }
  | { readonly kind: 'set-mark'; readonly change: MarkChange }
  | { readonly kind: 'set-ctmark'; readonly change: MarkChange }
  /** The mark of the packet or its connection becomes what the map holds for the key, or the key itself; then it is changed. */
  | {
      readonly kind: 'compute-mark';
      readonly field: 'mark' | 'ctmark';
      readonly key: readonly Expression[];
      readonly map?: InlineMap | string;
      readonly change: MarkChange;
    }
  /** CONNMARK: ctmark = (ctmark & ~ctmask) ^ (mark & nfmask). */
  | { readonly kind: 'save-mark'; readonly nfmask: number; readonly ctmask: number }
  /** CONNMARK: mark = (mark & ~nfmask) ^ (ctmark & ctmask). */
  | { readonly kind: 'restore-mark'; readonly nfmask: number; readonly ctmask: number }
  | { readonly kind: 'notrack' }
  | { readonly kind: 'tproxy'; readonly address?: Ip; readonly port?: number }
  | {
      readonly kind: 'update-set';
      readonly operation: 'add' | 'update' | 'delete';
      readonly set: string;
      readonly key: readonly Expression[];
      readonly ipset: boolean;
    }
  /** Goes on without effect on the packet's fate: LOG, NFLOG, counter, TCPMSS, a rule without target. */
  | { readonly kind: 'pass'; readonly text: string }
  /** A statement that is not modelled: it may end the packet or change it. */
  | { readonly kind: 'unknown-statement'; readonly text: string };
