import type { Ip } from '../model/address.ts';
import type { Gap } from '../model/evidence.ts';
import type { ConntrackEntry } from './conntrack/entry.ts';
import type { VirtualServer } from './ipvs/virtual-server.ts';
import type { ForwardingEntry } from './routes/parse-bridge-fdb.ts';
import type { BridgePort, Link, Neighbour, Route, RouteRule } from './routes/routes.ts';
import type { ListeningSocket } from './sockets/parse-sockets.ts';
import type { Table } from './ruleset/ruleset.ts';
import type { IpSet } from './ruleset/sets.ts';

/** What was read of one node's kernel. An undefined member was not read: nothing follows from its absence. */
export interface NodeState {
  readonly name: string;
  /** Every netfilter table of the node, each once, whichever tool printed it. */
  readonly tables: readonly Table[];
  /** Tables of `tables` as nft’s other form lists them, text or JSON, where both were read whole: they should say the same. */
  readonly listedAgain?: readonly Table[];
  /** Whether the netfilter rules of a family were read at all. */
  readonly hasRules: { readonly ip: boolean; readonly ip6: boolean };
  /** What the node has, or may have, and no source shows, where other things of it were read. */
  readonly unread?: readonly Unread[];
  readonly ipsets: ReadonlyMap<string, IpSet>;
  /** Undefined where IPVS was not read; empty where it was and holds nothing. */
  readonly ipvs?: readonly VirtualServer[];
  /** True where no source of them was read whole: a server that is not there proves nothing. */
  readonly isIpvsCut?: boolean;
  readonly links?: readonly Link[];
  readonly routes?: readonly Route[];
  readonly routeRules?: readonly RouteRule[];
  readonly neighbours?: readonly Neighbour[];
  readonly bridgePorts?: readonly BridgePort[];
  /** Entries that name another machine: where the frames of VXLAN interfaces go. */
  readonly tunnels?: readonly ForwardingEntry[];
  /** Dotted names. */
  readonly sysctls?: ReadonlyMap<string, string>;
  readonly conntrack?: readonly ConntrackEntry[];
  /** Words of which one stands in every entry that was listed (`isListed`), where that is not the whole table. */
  readonly conntrackPart?: ReadonlySet<string>;
  /** What the kernel counted since it started: `conntrack.insert_failed`, `arp.table_fulls`; `arp.entries` and `ndisc.entries` are of now. */
  readonly counters?: ReadonlyMap<string, number>;
  readonly sockets?: readonly ListeningSocket[];
}

/** Something that decides over packets of a family and was not read. */
export interface Unread {
  readonly family: 'ip' | 'ip6';
  /** Whether kube-proxy's translation of Services may be in it; else it can only stop what is let through. */
  readonly mayServe: boolean;
  readonly gap: Gap;
}

/** Where an address lives, as the API says. */
export interface Place {
  readonly node: string;
  /** `namespace/name`; absent where the address is the node's own. */
  readonly pod?: string;
  readonly isHostNetwork: boolean;
}

/** The nodes a packet may cross, and who owns which address. */
export interface Network {
  readonly nodes: ReadonlyMap<string, NodeState>;
  /** Undefined where no node and no pod owns `address`: it is outside, or gone. */
  placeOf(address: Ip): Place | undefined;
  /** Whether `address` lies in a pod or Service range of the cluster, although nobody owns it: a packet to it gets lost. */
  isClusterAddress(address: Ip): boolean;
}
