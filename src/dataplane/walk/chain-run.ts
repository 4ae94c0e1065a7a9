import type { Chain } from '../ruleset/ruleset.ts';
import { endPacket, endUnknown } from './end-packet.ts';
import type { HookEntry } from './hook-index.ts';
import { forkByUnknown, type Slot } from './outcome-tree.ts';
import { forkState, type PacketState, type Trail } from './packet-state.ts';
import { referenceToChain, referenceToRule } from './rule-reference.ts';
import type { RuleReference } from './trace.ts';
import { type WalkContext, addStep } from './walk-context.ts';

/** Where a return goes to. */
export interface Frame {
  readonly chain: Chain;
  readonly index: number;
  readonly path: Trail<JumpRule> | undefined;
  readonly depth: number;
  readonly parent: Frame | undefined;
}

/** A rule that jumped, kept as its place: its text is asked for only where it matters. */
export interface JumpRule {
  readonly chain: Chain;
  readonly index: number;
  /** How many jumps led here, this one counted. */
  readonly length: number;
}

/** A branch and the place in the chain where it goes on. */
export interface Cursor {
  readonly state: PacketState;
  chain: Chain;
  index: number;
  part: number;
  frame: Frame | undefined;
  /** The jumps that led here. */
  path: Trail<JumpRule> | undefined;
  /** The rule that was shown last: one whose map answers after its counter has counted is shown once. */
  shown: { readonly chain: Chain; readonly index: number } | undefined;
}

/** One base chain being walked. */
export interface ChainRun {
  readonly context: WalkContext;
  readonly entry: HookEntry;
  /** Branches still to walk. */
  readonly pending: Cursor[];
  /** Branches that are through. */
  readonly out: PacketState[];
}

/** How a rule leaves: on to the next rule, on to the rule's next part, elsewhere (the cursor says), or through with this base chain. */
export type Flow = 'next-rule' | 'next-part' | 'moved' | 'done';

/** The rule at the cursor, as an answer names it. */
export function currentRule(run: ChainRun, cursor: Cursor): RuleReference {
  return referenceToRule(cursor.state.node.name, run.entry.table, cursor.chain, cursor.index);
}

/** Adds the rule at the cursor to the steps, where steps are wanted: all its conditions hold. */
export function showRule(run: ChainRun, cursor: Cursor): Cursor {
  const { chain, index, shown } = cursor;
  if (run.context.isVerbose && (shown?.chain !== chain || shown.index !== index)) {
    cursor.shown = { chain, index };
    const rule = currentRule(run, cursor);
    addStep(run.context, cursor.state, run.entry.base.hook, rule.rule, rule);
  }
  return cursor;
}

/** Ends the branch as unknown at the current rule. */
export function stop(run: ChainRun, cursor: Cursor, text: string): 'done' {
  const reference =
    cursor.index < cursor.chain.rules.length
      ? currentRule(run, cursor)
      : referenceToChain(cursor.state.node.name, run.entry.table, cursor.chain, `chain ${cursor.chain.name}`);
  endUnknown(cursor.state, text, reference);
  run.out.push(cursor.state);
  return 'done';
}

/** Leaves the chain by its end or a return: back to the rule after the jump, or from the base chain by its policy. */
export function leaveChain(run: ChainRun, cursor: Cursor): Flow {
  const { frame } = cursor;
  if (frame !== undefined) {
    cursor.chain = frame.chain;
    cursor.index = frame.index;
    cursor.part = 0;
    cursor.path = frame.path;
    cursor.frame = frame.parent;
    return 'moved';
  }
  const { context, entry } = run;
  const { state } = cursor;
  const node = state.node.name;
  if (!entry.table.complete) {
    const rule = referenceToChain(node, entry.table, entry.chain, `chain ${entry.chain.name}`);
    const text = `the dump of table ${entry.table.name} is cut: rules may be missing`;
    const [lost, rest] = forkByUnknown(state.slot, 2, { text, rule }) as [Slot, Slot];
    const other = forkState(state, lost);
    endUnknown(other, text, rule);
    run.out.push(other);
    state.slot = rest;
  }
  if (entry.base.policy === 'drop') {
    endPacket(state, 'dropped', referenceToChain(node, entry.table, entry.chain, 'policy drop'));
  }
  if (context.isVerbose) {
    const rule = referenceToChain(node, entry.table, entry.chain, `policy ${entry.base.policy}`);
    addStep(context, state, entry.base.hook, rule.rule, rule);
  }
  run.out.push(state);
  return 'done';
}
