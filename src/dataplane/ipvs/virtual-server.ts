import type { Ip } from '../../model/address.ts';
import type { Protocol } from '../../model/protocol.ts';

/** An IPVS virtual server with its real servers. *Source:* ipvsadm(8). */
export interface VirtualServer {
  /** Absent for a firewall-mark service. */
  readonly protocol?: Protocol;
  readonly address?: Ip;
  readonly port?: number;
  readonly fwmark?: number;
  readonly scheduler: string;
  readonly flags: readonly string[];
  /** Set where the service is persistent (session affinity). */
  readonly persistentSeconds?: number;
  readonly servers: readonly RealServer[];
  readonly source: string;
  readonly line: number;
}

/** A destination of a virtual server. */
export interface RealServer {
  readonly address: Ip;
  readonly port: number;
  readonly forward: 'masq' | 'route' | 'tunnel' | 'local';
  /** 0 takes no new connection. */
  readonly weight: number;
  readonly activeConnections?: number;
  readonly inactiveConnections?: number;
  readonly line: number;
}
