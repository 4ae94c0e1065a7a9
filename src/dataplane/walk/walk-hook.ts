import type { ConntrackEntry } from '../conntrack/entry.ts';
import { CT_STATE } from '../ruleset/rule-parts.ts';
import type { Hook } from '../ruleset/ruleset.ts';
import { needEntry } from './full-table.ts';
import { type HookEntry, hookEntries } from './hook-index.ts';
import { followConnection, joinConnection, knownConnection } from './known-connection.ts';
import { walkAmongRivals } from './nat-rivals.ts';
import type { PacketState } from './packet-state.ts';
import { walkBaseChain } from './walk-chain.ts';
import type { WalkContext } from './walk-context.ts';

const CONNTRACK = -200;

/**
 * Walks all base chains of `hook` whose position lies in [`low`, `high`], in order. Comes back with every branch: those with a
 * result ended here, the others go on. Accept ends one base chain, a drop ends the branch.
 */
export function walkHook(
  context: WalkContext,
  start: PacketState,
  hook: Hook,
  low: number = -Infinity,
  high: number = Infinity,
): PacketState[] {
  const entries = hookEntries(start.node, typeof start.destination === 'number' ? 'ip' : 'ip6', hook);
  const isTracking = hook === 'prerouting' || hook === 'output';
  const known = start.ctstate;
  // A packet that comes round by the loopback keeps its connection. *Source:* nf_conntrack_in.
  let isBeforeConntrack = isTracking && low < CONNTRACK && start.isTracked && !isLooped(start);
  const connection = isBeforeConntrack && !start.isReply ? knownConnection(start) : start.connection;
  const natPosition = isTracking ? -100 : 100;
  const passesNat = hook !== 'forward' && natPosition >= low && natPosition <= high;
  let isToFollow = connection !== undefined && passesNat;
  let states = [start];
  for (const entry of entries) {
    if (entry.position < low || entry.position > high) continue;
    if (entry.isOpen && !context.isVerbose) continue;
    if (isBeforeConntrack) {
      isBeforeConntrack = entry.position < CONNTRACK;
      for (const state of states) {
        if (state.result !== undefined || !state.isTracked) continue;
        if (isBeforeConntrack) state.ctstate = CT_STATE.INVALID;
        else track(state, known, connection);
      }
    }
    if (isToFollow && entry.position >= natPosition) {
      isToFollow = false;
      for (const state of states) followConnection(context, state, isTracking);
    }
    states = walkEntry(context, entry, states, isTracking);
  }
  for (const state of states) {
    if (isBeforeConntrack && state.isTracked) track(state, known, connection);
    if (isToFollow) followConnection(context, state, isTracking);
    if (passesNat) {
      if (isTracking) state.isDestinationSettled = true;
      else state.isSourceSettled = true;
    }
  }
  return states;
}

function track(state: PacketState, known: number, connection: ConntrackEntry | undefined): void {
  if (connection !== undefined) joinConnection(state, connection);
  else {
    state.ctstate = known;
    if (known === CT_STATE.NEW) needEntry(state);
  }
}

function isLooped(state: PacketState): boolean {
  return state.isDestinationSettled && !state.isReply;
}

function walkEntry(
  context: WalkContext,
  entry: HookEntry,
  states: PacketState[],
  isTracking: boolean,
): PacketState[] {
  const [first] = states;
  if (states.length === 1 && first !== undefined) {
    if (isThrough(first, entry, isTracking)) return states;
    const out: PacketState[] = [];
    walkOne(context, first, entry, out);
    return out;
  }
  const out: PacketState[] = [];
  for (const state of states) {
    if (isThrough(state, entry, isTracking)) out.push(state);
    else walkOne(context, state, entry, out);
  }
  return out;
}

function walkOne(context: WalkContext, state: PacketState, entry: HookEntry, out: PacketState[]): void {
  if (entry.rivals.length === 0) walkBaseChain(context, state, entry, out);
  else walkAmongRivals(context, state, entry, out);
}

// Ended, or a nat chain that has nothing to say any more.
function isThrough(state: PacketState, entry: HookEntry, isDestination: boolean): boolean {
  if (state.result !== undefined) return true;
  if (!entry.isNat) return false;
  return (
    state.isReply ||
    !state.isTracked ||
    state.ctstate !== CT_STATE.NEW ||
    (isDestination ? state.isDestinationSettled : state.isSourceSettled)
  );
}
