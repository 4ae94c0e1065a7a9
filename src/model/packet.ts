import type { Ip } from './address.ts';
import type { Protocol } from './protocol.ts';

/** The first packet of a connection. An omitted `sourcePort` is free: only what rules test on splits it. */
export interface Packet {
  readonly source: Ip;
  readonly sourcePort?: number;
  readonly destination: Ip;
  /** Absent for protocols without ports. */
  readonly destinationPort?: number;
  readonly protocol: Protocol;
  /** The packet mark at the start; absent means 0. */
  readonly mark?: number;
}

/** What happens to one packet. */
export type PacketResult = 'delivered' | 'rejected' | 'dropped' | 'unroutable' | 'unknown';
