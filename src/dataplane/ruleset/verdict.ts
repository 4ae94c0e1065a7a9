import type { Ip } from '../../model/address.ts';

/** A closed range of addresses or numbers; a single value has `low === high`. */
export interface ValueRange {
  readonly low: Ip;
  readonly high: Ip;
}

/** What a rule or a verdict map's element can decide. */
export type Verdict =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'continue' | 'queue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };
