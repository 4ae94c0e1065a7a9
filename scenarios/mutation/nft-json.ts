/** An expression of libnftables-json(5), as far as kube-proxy's rules hold them. */
export interface NftExpression {
  readonly payload?: { readonly field: string };
  readonly meta?: { readonly key: string };
  readonly ct?: { readonly key: string };
  readonly fib?: { readonly flags: readonly string[] };
  readonly prefix?: { readonly addr: string; readonly len: number };
  readonly numgen?: { readonly mod: number };
  readonly concat?: readonly NftValue[];
  readonly set?: readonly NftValue[];
  /** An element with a comment. */
  readonly elem?: { readonly val: NftValue };
  readonly map?: { readonly key: NftExpression; readonly data: NftMapping };
  readonly '&'?: readonly [NftValue, NftValue];
  readonly '|'?: readonly [NftValue, NftValue];
  readonly '^'?: readonly [NftValue, NftValue];
}

/** A literal, the name of a set after `@`, or an expression. */
export type NftValue = string | number | NftExpression;

/** The name of a map after `@`, or the pairs themselves. */
export type NftMapping = string | { readonly set: readonly (readonly [NftValue, NftValue | NftStatement])[] };

/** A statement of libnftables-json(5), as far as kube-proxy's rules hold them. */
export interface NftStatement {
  readonly match?: { readonly op: string; readonly left: NftExpression; readonly right: NftValue };
  readonly jump?: { readonly target: string };
  readonly goto?: { readonly target: string };
  readonly vmap?: { readonly key: NftExpression; readonly data: NftMapping };
  readonly mangle?: { readonly value: NftValue };
  readonly dnat?: { readonly addr: NftValue; readonly port?: number };
  readonly set?: { readonly set: string };
  readonly masquerade?: unknown;
  readonly reject?: unknown;
  readonly drop?: null;
  readonly accept?: null;
  readonly return?: null;
}

/** A chain, set, map or rule. */
export interface NftObject {
  readonly family?: string;
  readonly table?: string;
  readonly name?: string;
  readonly chain?: string;
  readonly hook?: string;
  readonly prio?: number;
  readonly flags?: readonly string[];
  readonly expr?: readonly NftStatement[];
  readonly elem?: readonly (NftValue | readonly [NftValue, NftStatement])[];
}

/** One entry of `nft -j list ruleset`: its kind and what it is. */
export type NftEntry = Readonly<Record<string, NftObject>>;
