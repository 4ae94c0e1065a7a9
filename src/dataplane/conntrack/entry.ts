import type { Ip } from '../../model/address.ts';
import type { Protocol } from '../../model/protocol.ts';

/** One direction of a tracked connection. Ports are absent for protocols without. */
export interface Tuple {
  readonly source: Ip;
  readonly destination: Ip;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
}

/** A conntrack entry. *Source:* conntrack(8). */
export interface ConntrackEntry {
  readonly protocol: Protocol;
  readonly original: Tuple;
  readonly reply: Tuple;
  /** TCP state; absent for others. */
  readonly state?: string;
  readonly isUnreplied: boolean;
  readonly isAssured: boolean;
  readonly timeoutSeconds?: number;
  readonly mark?: number;
  readonly line: number;
}
