import type { Ip } from '../../model/address.ts';
import type { ValueRange, Verdict } from './verdict.ts';

/** One part of an element's key: a range of addresses or numbers, or a name (`eth*` allowed). */
export type KeyPart = ValueRange | { readonly name: string };

/** One part of a key to look up. `undefined` is a value that is not known. */
export type KeyValue = Ip | string | undefined;

/** An element of a set or map. */
export interface SetElement {
  readonly key: readonly KeyPart[];
  /** What a map holds for the key. */
  readonly value?: MapValue;
  readonly comment?: string;
  /** ipset `nomatch`: an exception inside a larger range. */
  readonly nomatch?: boolean;
  /** 1-based source line; 0 where the source has none. */
  readonly line: number;
}

/** What a map can hold: a verdict, or data (address, port, mark) as one value a part. */
export type MapValue =
  | {
      readonly kind: 'verdict';
      readonly verdict: Verdict;
    }
  | { readonly kind: 'data'; readonly parts: readonly KeyPart[] };

/** Elements that can be looked up; implementations index exact keys. */
export interface ElementIndex {
  readonly size: number;
  /**
   * The element for `key`; `undefined` where there is none; `'unknown'` where a part of the key is not known and
   * some element might fit.
   */
  find(key: readonly KeyValue[]): SetElement | undefined | 'unknown';
  /** All elements, in source order. */
  all(): Iterable<SetElement>;
}

/** A map or set written inside a rule. */
export interface InlineMap {
  readonly elements: ElementIndex;
}

/** A named nftables set, map or verdict map. */
export interface NamedSet {
  readonly name: string;
  /** nftables type names of the key's parts, e.g. `['ipv4_addr', 'inet_proto', 'inet_service']`. */
  readonly keyTypes: readonly string[];
  /** The type names of what a map holds, e.g. `['ipv4_addr', 'inet_service']`; absent for sets and verdict maps. */
  readonly valueTypes?: readonly string[];
  readonly kind: 'set' | 'map' | 'vmap';
  /** Rules add elements at run time: what is dumped is a moment's picture. */
  readonly dynamic: boolean;
  readonly elements: ElementIndex;
  readonly timeoutSeconds?: number;
  readonly line: number;
}

/** An ipset. *Source:* ipset(8). */
export interface IpSet {
  readonly name: string;
  /** E.g. `hash:ip,port`, `bitmap:port`, `list:set`. */
  readonly type: string;
  readonly family: 'inet' | 'inet6' | 'unspec';
  /** Keys have one part a dimension; a port dimension is two parts in a row: protocol number, port. */
  readonly elements: ElementIndex;
  /** For `list:set`: the member sets' names, in order. */
  readonly members?: readonly string[];
  /** The snapshot source. */
  readonly source: string;
  readonly line: number;
}
