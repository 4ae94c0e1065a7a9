/** A condition, in words that iptables and nftables both have. Addresses and ports are text as rules write them. */
export type Condition =
  | { readonly kind: 'source' | 'destination'; readonly not: boolean; readonly prefix: string }
  | {
      readonly kind: 'destination-port' | 'source-port';
      readonly not: boolean;
      readonly low: number;
      readonly high: number;
    }
  | { readonly kind: 'ports'; readonly ports: readonly number[] }
  | { readonly kind: 'mark'; readonly not: boolean; readonly value: number; readonly mask: number }
  | { readonly kind: 'connmark'; readonly not: boolean; readonly value: number; readonly mask: number }
  | {
      readonly kind: 'state';
      readonly not: boolean;
      readonly states: readonly ('NEW' | 'ESTABLISHED' | 'INVALID' | 'UNTRACKED')[];
    }
  | { readonly kind: 'translated'; readonly not: boolean }
  | { readonly kind: 'interface-in'; readonly not: boolean; readonly name: string }
  | { readonly kind: 'local'; readonly side: 'source' | 'destination'; readonly not: boolean }
  /** The destination is an address of the interface by which the packet came. */
  | { readonly kind: 'local-here'; readonly not: boolean }
  | { readonly kind: 'source-range'; readonly not: boolean; readonly low: string; readonly high: string }
  /** What the connection's first packet asked for, before any translation. */
  | { readonly kind: 'asked'; readonly not: boolean; readonly address: string }
  /** Only where the protocol is TCP: the packet opens a connection. */
  | { readonly kind: 'opens'; readonly not: boolean }
  | { readonly kind: 'random'; readonly quarter: 1 | 2 | 3 }
  /** Destination, protocol and port together are (not) one of a set. */
  | { readonly kind: 'listed'; readonly not: boolean; readonly keys: readonly ListedKey[] };

/** A range of destinations and ports; no two of `LISTED` overlap. */
export interface ListedKey {
  readonly prefix: string;
  readonly protocol: 'tcp' | 'udp';
  readonly low: number;
  readonly high: number;
}

/** What a verdict map can answer. */
export type MapVerdict =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

/** What a rule does. */
export type Action =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'reject' | 'none' | 'log' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | { readonly kind: 'mark' | 'connmark'; readonly value: number; readonly mask: number }
  | { readonly kind: 'save-mark' | 'restore-mark' }
  | { readonly kind: 'notrack' }
  | { readonly kind: 'dnat'; readonly address: string; readonly port: number }
  | { readonly kind: 'redirect'; readonly port: number }
  /** Only iptables: the network of the destination becomes 203.0.113.0/24. */
  | { readonly kind: 'netmap' }
  | { readonly kind: 'masquerade' }
  | { readonly kind: 'snat'; readonly address: string }
  /** Only nftables: a verdict by destination, protocol and port; none for others. */
  | {
      readonly kind: 'dispatch';
      readonly elements: readonly { readonly key: ListedKey; readonly verdict: MapVerdict }[];
    }
  /** Only nftables: one of the verdicts at random; undefined is no element. */
  | { readonly kind: 'spread'; readonly verdicts: readonly (MapVerdict | undefined)[] }
  /** Only nftables: one of the targets at random. */
  | {
      readonly kind: 'dnat-spread';
      readonly targets: readonly ({ readonly address: string; readonly port: number } | undefined)[];
    };

/** A rule: its action is taken where every condition holds. Ports are tested only where the protocol is given. */
export interface RandomRule {
  readonly protocol?: { readonly not: boolean; readonly name: 'tcp' | 'udp' };
  readonly conditions: readonly Condition[];
  readonly action: Action;
}

/** The tables that are filled. */
export type TableName = 'raw' | 'mangle' | 'nat' | 'filter' | 'security';

/** A chain; `hook` says which built-in one it is. */
export interface RandomChain {
  readonly name: string;
  readonly hook?: string;
  readonly policy?: 'ACCEPT' | 'DROP';
  readonly rules: readonly RandomRule[];
}

/** Chains by table. */
export type RandomRuleset = Readonly<Record<TableName, readonly RandomChain[]>>;

/** A packet to send. */
export interface RandomPacket {
  readonly source: string;
  readonly destination: string;
  readonly destinationPort: number;
  readonly protocol: 'tcp' | 'udp';
}
