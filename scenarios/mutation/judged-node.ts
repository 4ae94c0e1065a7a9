import type { Ip } from '../../src/model/address.ts';
import type { JudgedServers } from './judge-servers.ts';
import type { JudgedSets } from './judge-sets.ts';
import type { JudgedPacket } from './score.ts';

/** A packet on its way through the rules of a node. */
export interface State {
  readonly packet: JudgedPacket;
  readonly source: Ip;
  readonly destination: Ip;
  readonly port: number;
  readonly sourcePort?: number;
  readonly weight: number;
  readonly mark: number;
  readonly isReply: boolean;
  readonly isTranslated: boolean;
  readonly isMasqueraded: boolean;
  /** Lists that were asked for the client, with where a member goes, and those that take it. */
  readonly seen: string;
  /** `dropped` or `rejected` where the way ends. */
  readonly end?: string;
}

/** The share of packets like this one that the condition holds for. */
export type Condition = (state: State, node: JudgedNode) => number;

/** A rule: it acts on what all of its conditions hold for. */
export interface Rule {
  readonly conditions: readonly Condition[];
  readonly target: string;
  readonly words: readonly string[];
}

/** What decides on a node, read. */
export interface JudgedNode {
  /** `table chain` → rules. */
  readonly chains: ReadonlyMap<string, readonly Rule[]>;
  readonly policies: ReadonlyMap<string, string>;
  readonly sets: JudgedSets;
  readonly servers: JudgedServers;
  readonly local: ReadonlySet<Ip>;
}
