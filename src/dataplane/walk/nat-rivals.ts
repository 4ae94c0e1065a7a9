import { ageOf } from '../conntrack/age-of.ts';
import { formatIp, type Ip } from '../../model/address.ts';
import { endUnknown } from './end-packet.ts';
import type { HookEntry } from './hook-index.ts';
import { forkByUnknown, type Slot } from './outcome-tree.ts';
import { forkState, type PacketState } from './packet-state.ts';
import { referenceToChain } from './rule-reference.ts';
import { walkBaseChain } from './walk-chain.ts';
import { takeBranches, type WalkContext } from './walk-context.ts';

/** Begins what is unknown where nat chains of one priority translate differently. */
export const RIVALS = 'which of the nat chains runs first';

/**
 * Walks a nat chain that stands at one priority with chains of other tables. The first of them that translates wins, and dumps do not
 * tell which runs first: where another one would translate otherwise, and no recent connection shows which did, a branch for each comes
 * out in `out`.
 */
export function walkAmongRivals(
  context: WalkContext,
  state: PacketState,
  entry: HookEntry,
  out: PacketState[],
): void {
  // What other connections show of the order is asked by addresses.
  context.recorder?.giveUp();
  const own = translations(context, state, entry);
  const others =
    own.size === 0 ? [] : entry.rivals.map((rival) => ({ rival, ends: translations(context, state, rival) }));
  const different = others.filter(({ ends }) => differs(own, ends));
  const ways = [{ first: entry, ends: own }, ...different.map(({ rival, ends }) => ({ first: rival, ends }))];
  const seen = different.length === 0 ? [] : recentTranslations(state);
  const told = tellingOf(seen, (end) => ways.some(({ ends }) => ends.has(end)));
  const shown = told.length === 0 ? [] : ways.filter(({ ends }) => told.every(({ end }) => ends.has(end)));
  const [only, ...more] = shown.length === 1 ? shown : ways;
  if (only === undefined || more.length === 0) {
    walkWith(context, state, only?.first ?? entry, entry, out);
    return;
  }
  const rule = referenceToChain(state.node.name, entry.table, entry.chain, `chain ${entry.chain.name}`);
  const text = `${RIVALS}: ${ways.map(({ first }) => nameOf(first)).join(', ')}`;
  if (!takeBranches(context, more.length, false)) {
    endUnknown(state, text, rule);
    out.push(state);
    return;
  }
  const slots = forkByUnknown(state.slot, ways.length, { text, rule });
  for (const [i, { first }] of ways.entries())
    walkWith(context, forkState(state, slots[i] as Slot), first, entry, out);
}

/** Walks `first`, and `entry` behind it with what it did not translate. */
function walkWith(
  context: WalkContext,
  state: PacketState,
  first: HookEntry,
  entry: HookEntry,
  out: PacketState[],
): void {
  if (first === entry) {
    walkBaseChain(context, state, entry, out);
    return;
  }
  const ends: PacketState[] = [];
  walkBaseChain(context, state, first, ends);
  for (const end of ends) {
    if (isEnded(end, first)) out.push(end);
    else walkBaseChain(context, end, entry, out);
  }
}

/** What the chain makes of the packet, where it makes something: nat chains are walked only until one has translated. */
function translations(context: WalkContext, state: PacketState, entry: HookEntry): Set<string> {
  const ends: PacketState[] = [];
  walkBaseChain(context, forkState(state, {}), entry, ends);
  return new Set(ends.filter((end) => isEnded(end, entry)).map((end) => describe(end, entry)));
}

function isEnded({ result, isDestinationSettled, isSourceSettled }: PacketState, entry: HookEntry): boolean {
  return result !== undefined || (isOfDestination(entry) ? isDestinationSettled : isSourceSettled);
}

function isOfDestination({ base }: HookEntry): boolean {
  return base.hook === 'prerouting' || base.hook === 'output';
}

function describe(
  { destination, destinationPort, source, isSourceKnown, sourcePort, result }: PacketState,
  entry: HookEntry,
): string {
  if (result !== undefined) return result;
  if (isOfDestination(entry)) return place(destination, destinationPort);
  return place(isSourceKnown ? source : 'masquerade', sourcePort);
}

function place(address: Ip | string, port: number | undefined): string {
  return `${typeof address === 'string' ? address : formatIp(address)} ${port ?? ''}`;
}

function differs(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return b.size > 0 && (a.size !== b.size || [...b].some((one) => !a.has(one)));
}

// Entries of connections that ended or never stood are gone after three minutes at the latest.
const RECENT_SECONDS = 180;

/** A recent connection to the packet's destination. */
interface Seen {
  /** Where it was translated to. */
  readonly end: string;
  /** Seconds since its last packet. */
  readonly age: number | undefined;
  readonly isUnreplied: boolean;
}

/**
 * The connections that tell how packets are translated now: those that go where a chain sends to today, where one of the newest waits for its answer,
 * for the others are from before the chains were changed; else all.
 */
function tellingOf(seen: readonly Seen[], isToday: (end: string) => boolean): readonly Seen[] {
  const today = seen.filter(({ end, age }) => age !== undefined && isToday(end));
  const youngest = Math.min(...today.map(({ age = Infinity }) => age));
  const newest = today.filter(({ age = Infinity }) => age <= youngest + NEWEST_SECONDS);
  return newest.some(({ isUnreplied }) => isUnreplied) ? today : seen;
}

const NEWEST_SECONDS = 2;

function recentTranslations({ node, destination, destinationPort, protocol }: PacketState): Seen[] {
  return (node.conntrack ?? []).flatMap((entry): Seen[] => {
    const { original, reply, timeoutSeconds, isUnreplied } = entry;
    const isSame =
      entry.protocol === protocol &&
      original.destination === destination &&
      original.destinationPort === destinationPort;
    const isRecent =
      entry.state !== 'ESTABLISHED' && timeoutSeconds !== undefined && timeoutSeconds <= RECENT_SECONDS;
    const end = place(reply.source, reply.sourcePort);
    return isSame && isRecent ? [{ end, age: ageOf(node, entry), isUnreplied }] : [];
  });
}

function nameOf({ table, chain }: HookEntry): string {
  return `${chain.name} of table ${table.family} ${table.name}`;
}
