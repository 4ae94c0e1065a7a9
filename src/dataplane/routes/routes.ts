import type { Ip } from '../../model/address.ts';
import type { Cidr } from '../../model/cidr.ts';

/** A network interface. *Source:* ip-link(8), ip-address(8). */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** `bridge`, `veth`, `vxlan`, `dummy`, …; absent where the dump does not say. */
  readonly kind?: string;
  /** The bridge or bond it is a port of. */
  readonly master?: string;
  readonly isUp: boolean;
  readonly isLoopback: boolean;
  readonly isPromiscuous: boolean;
  /** A tunnel that has one other end and no link layer, such as WireGuard’s or one of a program: no pod of its own node is behind it. */
  readonly isPointToPoint?: boolean;
  readonly mtu?: number;
  /** The interface index of a veth's other end. */
  readonly peerIndex?: number;
  /** Of a tunnel: the interface that its packets leave by. */
  readonly lower?: string;
  /** Of a VXLAN interface: the UDP port that its packets go to. */
  readonly tunnelPort?: number;
  readonly addresses: readonly InterfaceAddress[];
}

/** An address on an interface. */
export interface InterfaceAddress {
  readonly address: Ip;
  readonly prefix: number;
  /** `global`, `host`, `link`. */
  readonly scope: string;
}

/** The type of a route. *Source:* ip-route(8). */
export type RouteType =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'multicast'
  | 'anycast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit'
  | 'throw'
  | 'nat';

/** One route. */
export interface Route {
  readonly destination: Cidr;
  readonly type: RouteType;
  /** `main`, `local`, `default`, or a number as text. */
  readonly table: string;
  readonly via?: Ip;
  readonly device?: string;
  readonly preferredSource?: Ip;
  readonly metric: number;
  readonly scope?: string;
  readonly protocol?: string;
  /** Several next hops share the traffic. */
  readonly nexthops?: readonly { readonly via?: Ip; readonly device?: string; readonly weight: number }[];
  readonly line: number;
}

/** One policy routing rule, tried by ascending priority. *Source:* ip-rule(8). */
export interface RouteRule {
  readonly priority: number;
  readonly family: 'ip' | 'ip6';
  readonly not: boolean;
  readonly from?: Cidr;
  readonly to?: Cidr;
  readonly iif?: string;
  readonly oif?: string;
  readonly fwmark?: { readonly value: number; readonly mask: number };
  readonly protocol?: number;
  readonly action:
    | { readonly kind: 'lookup'; readonly table: string }
    | { readonly kind: 'blackhole' | 'unreachable' | 'prohibit' }
    | { readonly kind: 'goto'; readonly priority: number }
    | { readonly kind: 'nop' };
  /** Routes of the table with a prefix no longer than this are passed over: 0 leaves out its default route. */
  readonly suppressPrefix?: number;
  /** Selectors that are not modelled: the rule may or may not apply. */
  readonly unknown?: string;
  readonly line: number;
}

/** A neighbour entry. */
export interface Neighbour {
  readonly address: Ip;
  readonly device: string;
  readonly lladdr?: string;
  /** `REACHABLE`, `STALE`, `DELAY`, `FAILED`, `INCOMPLETE`, `PERMANENT`, `NOARP`. */
  readonly state: string;
}

/** A port of a bridge. An undefined flag was not read. */
export interface BridgePort {
  readonly name: string;
  readonly bridge?: string;
  readonly hairpin?: boolean;
  readonly isolated?: boolean;
  readonly state?: string;
  /** Addresses behind the port, where the bridge's forwarding table and the neighbours tell. */
  readonly addresses?: readonly Ip[];
  /** The snapshot source the hairpin flag came from. */
  readonly source: string;
  readonly line: number;
}
