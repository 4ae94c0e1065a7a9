import type { Ip } from '../../model/address.ts';
import type { ParseIssue } from '../../model/evidence.ts';
import type { Protocol } from '../../model/protocol.ts';
import type { Part } from './rule-parts.ts';
import type { NamedSet } from './sets.ts';

/** Everything that one netfilter dump held. */
export interface Ruleset {
  readonly tables: readonly Table[];
  readonly issues: readonly ParseIssue[];
}

/** Address families of nftables; iptables is `ip`, ip6tables `ip6`. *Source:* nft(8) ADDRESS FAMILIES. */
export type TableFamily = 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev';

/** Who wrote a table: the legacy xtables kernel interface, iptables on nf_tables, one of them that the dump does not tell (`iptables`), or nftables itself. */
export type TableOrigin = 'iptables-legacy' | 'iptables-nft' | 'iptables' | 'nftables';

/** A table with its chains and named sets. */
export interface Table {
  readonly family: TableFamily;
  readonly name: string;
  readonly origin: TableOrigin;
  /** The snapshot source it was read from. */
  readonly source: string;
  readonly chains: Chains;
  readonly sets: ReadonlyMap<string, NamedSet>;
  /** False where the dump was cut before the table's end: absence proves nothing then. */
  readonly complete: boolean;
}

/** The chains of a table by name. */
export interface Chains extends ReadonlyMap<string, Chain> {
  /** Those with a hook, in order, where they are found without going through all: see `baseChainsOf`. */
  bases?(): readonly Chain[];
}

/** Netfilter hooks. */
export type Hook = 'ingress' | 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting' | 'egress';

/** What makes a chain a base chain. */
export interface BaseChain {
  readonly type: 'filter' | 'nat' | 'route';
  readonly hook: Hook;
  /** Lower runs first. iptables tables stand at raw -300, mangle -150, nat -100/100, filter 0, security 50. */
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
}

/** A chain; base chains hang on a hook, others are reached by jump or goto. */
export interface Chain {
  readonly name: string;
  readonly base?: BaseChain;
  readonly rules: RuleList;
  /** 1-based line of its declaration; 0 where the source has none (JSON). */
  readonly line: number;
}

/**
 * The rules of a chain, in order. Large dumps keep rows in typed arrays and make a `Rule` when asked for one.
 */
export interface RuleList {
  readonly length: number;
  /** The rule at `index`, 0 ≤ index < length. */
  at(index: number): Rule;
  /**
   * The smallest index ≥ `from` whose rule may match the key, or `length`. Implementations without an index return
   * `from`; one that skips must only skip rules that cannot match.
   */
  next(from: number, key: DispatchKey): number;
}

/** The fields that dispatch indexes know. An `undefined` port is free: every port rule may match. */
export interface DispatchKey {
  readonly destination: Ip;
  readonly protocol: Protocol;
  readonly destinationPort: number | undefined;
}

/** One rule: matches and statements in the order the kernel evaluates them. */
export interface Rule {
  /** 1-based line in the source; 0 where the source has none. */
  readonly line: number;
  /** The rule as the source prints it, without counters. */
  readonly text: string;
  readonly parts: readonly Part[];
  readonly comment?: string;
}
