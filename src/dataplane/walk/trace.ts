import type { Ip } from '../../model/address.ts';
import type { Gap } from '../../model/evidence.ts';
import type { Packet, PacketResult } from '../../model/packet.ts';

/** A rule, as an answer names it. */
export interface RuleReference {
  readonly node: string;
  /** `ip`, `ip6`, `inet`, …; `ipvs`, `route`, `bridge`, `conntrack`, `sysctl` where no netfilter rule decided. */
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  /** The rule's text, or what stands for it (`policy drop`). */
  readonly rule: string;
  /** The snapshot source and 1-based line; line 0 where the source has none. */
  readonly source: string;
  readonly line: number;
  /** What the rule met instead of the packet: the datagrams that carry it to another node (`UDP 8472 of flannel.1`). */
  readonly carrier?: string;
}

/** One thing that happened on the way, in order; `-v` prints them. */
export interface Step {
  readonly node: string;
  /** `prerouting`, `routing`, `input`, `forward`, `output`, `postrouting`, `ipvs`, `bridge`, `conntrack`, `hop`, `reply`. */
  readonly stage: string;
  readonly text: string;
  readonly rule?: RuleReference;
  /** The chain that the rule led to. */
  readonly enters?: string;
}

/** Something the walk could not decide, with the line. */
export interface Unknown {
  readonly text: string;
  readonly rule?: RuleReference;
  /** What was not read, where that is it. */
  readonly gap?: Gap;
  /** Set where the packet has left a node, and nothing is known of where it goes on: what was done to it before is not in doubt. */
  readonly isBeyond?: true;
}

/** How the source was rewritten: not at all, to an address of the node that routing picks, or to this address. */
export type SourceNat = 'none' | 'masquerade' | { readonly address: Ip };

/** One of the ends a packet can come to. */
export interface Outcome {
  /** Share of connections, `[min, max]`; one number twice where nothing was unknown. The shares of all outcomes sum to 1. */
  readonly probability: readonly [min: number, max: number];
  readonly result: PacketResult;
  /** After all translation. */
  readonly destination: { readonly address: Ip; readonly port?: number };
  /** The node where the packet ended. */
  readonly node: string;
  /** `namespace/name` of the pod that owns the destination. */
  readonly pod?: string;
  readonly sourceNat: SourceNat;
  /** `icmp-port-unreachable`, `tcp reset`, … where the result is rejected. */
  readonly rejectedWith?: string;
  /** What made the result what it is: the rule that dropped, the DNAT, the route. */
  readonly decidedBy?: RuleReference;
  /** The rule, server or connection that translated the destination last; absent where nothing did. */
  readonly translatedDestinationBy?: RuleReference;
  /** The rules that translated the destination and the source, and the chains they were reached through. */
  readonly translatedBy: readonly RuleReference[];
  /** Whether the reply comes back through the translation; false means that the client sees a foreign source or nothing. */
  readonly replyReturns: boolean | 'unknown';
  /** The rule, route or setting that loses the reply, where one can be named. */
  readonly replyLostBy?: RuleReference;
  readonly steps: readonly Step[];
  readonly unknowns: readonly Unknown[];
}

/** All the ends of one packet. */
export interface Trace {
  readonly packet: Packet;
  readonly outcomes: readonly Outcome[];
}
