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
  const shown = seen.length === 0 ? [] : ways.filter(({ ends }) => seen.every((end) => ends.has(end)));
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

/** Where recent connections to the packet's destination were translated to. */
function recentTranslations({ node, destination, destinationPort, protocol }: PacketState): string[] {
  return (node.conntrack ?? []).flatMap(({ original, reply, timeoutSeconds, ...entry }) => {
    const isSame =
      entry.protocol === protocol &&
      original.destination === destination &&
      original.destinationPort === destinationPort;
    const isRecent =
      entry.state !== 'ESTABLISHED' && timeoutSeconds !== undefined && timeoutSeconds <= RECENT_SECONDS;
    return isSame && isRecent ? [place(reply.source, reply.sourcePort)] : [];
  });
}

function nameOf({ table, chain }: HookEntry): string {
  return `${chain.name} of table ${table.family} ${table.name}`;
}
