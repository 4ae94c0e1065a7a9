import type { Network, NodeState } from '../node-state.ts';
import type { Chain, DispatchKey, Table } from '../ruleset/ruleset.ts';
import type { ValueRange } from '../ruleset/verdict.ts';
import type { PacketState } from './packet-state.ts';
import { type RuleReference, type Step } from './trace.ts';

/** Told of all that the way of a packet may depend on. */
export interface Recorder {
  /** The packet stands on `node`, whose routes and interfaces will be asked for it. */
  stand(node: NodeState): void;
  /** The packet enters `chain`. */
  enter(context: WalkContext, state: PacketState, table: Table, chain: Chain): void;
  /** The way depends on something that cannot be noted. */
  giveUp(): void;
  /** The packet ended. */
  end(state: PacketState): void;
}

/** What one call of `walk` carries along: its network, its limits, and scratch memory that rules write into. */
export interface WalkContext {
  readonly network: Network;
  readonly isVerbose: boolean;
  readonly withReply: boolean;
  /** Every branch counts, also those that make no difference. */
  readonly keepsBranches: boolean;
  /** Branches that may still be started; at 0 the rest of the walk is unknown. */
  branchesLeft: number;
  /** Rules that may still be evaluated: rules that go round in a circle end here. */
  rulesLeft: number;
  readonly key: { -readonly [K in keyof DispatchKey]: DispatchKey[K] };
  /** Set by a match that answers `random`: true for `weight` of `of` packets. */
  weight: number;
  of: number;
  /** Undefined where nobody asks what the walk depends on. */
  recorder: Recorder | undefined;
  /** Set by a match that answers `split`: the source ports for which it holds, and those for which it does not. */
  portsInside: readonly ValueRange[];
  portsOutside: readonly ValueRange[];
}

/**
 * Takes `count` more branches from the walk's budget; false where it is used up. A choice of which nothing is known costs
 * more than one by chance: the shares behind it are worked out by recursion.
 */
export function takeBranches(context: WalkContext, count: number, isKnown: boolean): boolean {
  context.branchesLeft -= isKnown ? count : count * 40;
  return context.branchesLeft >= 0;
}

/** Adds a step to the branch, where steps are wanted. */
export function addStep(
  context: WalkContext,
  state: PacketState,
  stage: string,
  text: string,
  rule?: RuleReference,
): void {
  if (!context.isVerbose) return;
  const value: Step = { node: state.node.name, stage, text, ...(rule === undefined ? {} : { rule }) };
  state.steps = { value, rest: state.steps };
}
