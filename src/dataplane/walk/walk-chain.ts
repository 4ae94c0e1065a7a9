import type { Part } from '../ruleset/rule-parts.ts';
import type { Rule } from '../ruleset/ruleset.ts';
import {
  type ChainRun,
  type Cursor,
  currentRule,
  type Flow,
  leaveChain,
  showRule,
  stop,
} from './chain-run.ts';
import { evaluateMatch } from './evaluate-match.ts';
import type { HookEntry } from './hook-index.ts';
import { forkByUnknown, forkByWeight, type Slot } from './outcome-tree.ts';
import { forkState, type PacketState } from './packet-state.ts';
import { runStatement } from './run-statement.ts';
import { takeBranches, type WalkContext } from './walk-context.ts';

/**
 * Walks one base chain. Every branch comes out in `out`: with a result where it ended, without where this base chain accepted.
 * *Source:* nft(8) VERDICT STATEMENTS, iptables(8) TARGETS.
 */
export function walkBaseChain(
  context: WalkContext,
  state: PacketState,
  entry: HookEntry,
  out: PacketState[],
): void {
  const pending: Cursor[] = [
    {
      state,
      chain: entry.chain,
      index: 0,
      part: 0,
      frame: undefined,
      path: undefined,
      shown: undefined,
    },
  ];
  context.recorder?.enter(context, state, entry.table, entry.chain);
  const run: ChainRun = { context, entry, pending, out };
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) walkCursor(run, next);
}

function walkCursor(run: ChainRun, cursor: Cursor): void {
  const { context } = run;
  const { state } = cursor;
  const { key } = context;
  key.destination = state.destination;
  key.protocol = state.protocol;
  key.destinationPort = state.destinationPort;
  for (;;) {
    const { rules } = cursor.chain;
    if (cursor.part === 0) {
      const index = rules.next(cursor.index, key);
      if (index >= rules.length) {
        if (leaveChain(run, cursor) === 'done') return;
        continue;
      }
      cursor.index = index;
    }
    if (--context.rulesLeft < 0) {
      stop(run, cursor, 'the rules go on without end');
      return;
    }
    const flow = walkRule(run, cursor, rules.at(cursor.index));
    if (flow === 'done') return;
    if (flow !== 'moved') {
      cursor.index++;
      cursor.part = 0;
    }
  }
}

function walkRule(run: ChainRun, cursor: Cursor, rule: Rule): Flow {
  const { parts } = rule;
  let isShown = cursor.part > 0;
  for (let i = cursor.part; i < parts.length; i++) {
    const part = parts[i] as Part;
    switch (part.kind) {
      case 'compare':
      case 'bits':
      case 'lookup':
      case 'random':
      case 'any':
      case 'recent':
      case 'ipvs':
      case 'rpfilter':
      case 'socket':
      case 'unknown-match': {
        const result = evaluateMatch(run.context, cursor.state, run.entry.table, part);
        if (result === 'no') return 'next-rule';
        if (result === 'yes') break;
        // Whether a rule that does nothing applies is of no interest.
        if (!run.context.keepsBranches && hasNoEffect(parts, i + 1)) return 'next-rule';
        if (!fork(run, cursor, result)) return 'done';
        break;
      }
      default: {
        if (!isShown && !asksMap(part)) {
          showRule(run, cursor);
          isShown = true;
        }
        const flow = runStatement(run, cursor, part, i);
        if (flow !== 'next-part') return flow;
      }
    }
  }
  if (!isShown) showRule(run, cursor);
  return 'next-rule';
}

// A map without an element for the packet ends the rule: it is shown only where one is found.
function asksMap(part: Part): boolean {
  switch (part.kind) {
    case 'vmap':
    case 'compute-mark':
      return true;
    case 'dnat':
    case 'snat':
      return part.to.map !== undefined || part.to.portMap !== undefined;
    case 'redirect':
      return part.portMap !== undefined;
    default:
      return false;
  }
}

function hasNoEffect(parts: readonly Part[], from: number): boolean {
  for (let i = from; i < parts.length; i++) {
    switch (parts[i]?.kind) {
      case 'pass':
      case 'compare':
      case 'bits':
      case 'lookup':
      case 'random':
      case 'any':
      case 'unknown-match':
        break;
      default:
        return false;
    }
  }
  return true;
}

// The branch for which the match does not hold goes on at the next rule; this one is the other.
function fork(run: ChainRun, cursor: Cursor, result: 'unknown' | 'random' | 'split'): boolean {
  const { context } = run;
  const { state } = cursor;
  if (!takeBranches(context, 1, result === 'random')) {
    stop(run, cursor, 'the rules branch too often');
    return false;
  }
  let slots: readonly Slot[];
  if (result === 'random') {
    const share = context.weight / context.of;
    slots = forkByWeight(state.slot, [share, 1 - share]);
  } else {
    const text =
      result === 'split'
        ? 'the source port is not given, and a rule tests it'
        : 'whether a rule applies is not known: it tests something that is not modelled or was not read';
    slots = forkByUnknown(state.slot, 2, { text, rule: currentRule(run, cursor) });
  }
  const other = forkState(state, slots[1] as Slot);
  state.slot = slots[0] as Slot;
  if (result === 'split') {
    state.sourcePorts = context.portsInside;
    other.sourcePorts = context.portsOutside;
  }
  const { chain, index, frame, path, shown } = cursor;
  run.pending.push({ state: other, chain, index: index + 1, part: 0, frame, path, shown });
  return true;
}
