import { CT_STATUS, type Match } from '../ruleset/rule-parts.ts';
import type { Table } from '../ruleset/ruleset.ts';
import type { ValueRange } from '../ruleset/verdict.ts';
import { ABSENT, evaluateExpression } from './field-value.ts';
import { ipsetHolds } from './ipset-lookup.ts';
import { lookUpKey } from './key-lookup.ts';
import type { PacketState } from './packet-state.ts';
import { recentHolds } from './recent-list.ts';
import { reversePathHolds } from './reverse-path.ts';
import { socketHolds } from './socket-holds.ts';
import { intersectRanges, isInNames, isInRanges, subtractRanges } from './value-ranges.ts';
import type { WalkContext } from './walk-context.ts';

/**
 * Whether a match holds. `random`: for `context.weight` of `context.of` packets. `split`: it depends on the free source
 * port; `context.portsInside` and `portsOutside` tell the two sides.
 */
export type MatchResult = 'yes' | 'no' | 'unknown' | 'random' | 'split';

/** Whether `match`, of a rule in `table`, holds for the packet. */
export function evaluateMatch(
  context: WalkContext,
  state: PacketState,
  table: Table,
  match: Match,
): MatchResult {
  switch (match.kind) {
    case 'compare':
      return compare(context, state, match);
    case 'bits': {
      const value = evaluateExpression(context, state, match.left);
      if (value === ABSENT) return match.not && isTranslationState(table, match) ? 'yes' : 'no';
      if (typeof value !== 'number') return 'unknown';
      return ((value & match.bits) !== 0) === match.not ? 'no' : 'yes';
    }
    case 'lookup':
      return negate(
        match.ipset ? ipsetHolds(state, match.key, match.set) : setHolds(context, state, table, match),
        match.not,
      );
    case 'random':
      return random(context, match.not ? match.of - match.weight : match.weight, match.of);
    case 'recent':
      return negate(recentHolds(state, match), match.not);
    case 'any':
      return anyHolds(context, state, table, match.of);
    case 'ipvs':
      return negate(ipvsHolds(state, match), match.not);
    case 'rpfilter':
      return negate(reversePathHolds(state, match.loose, match.withMark), match.not);
    case 'socket':
      return socketHolds(context, state, match);
    case 'unknown-match':
      return 'unknown';
  }
}

// iptables writes the translation bits as states: an untracked packet has none of them. *Source:* `conntrack_mt`, xt_conntrack.c.
function isTranslationState(table: Table, { left, bits }: Extract<Match, { kind: 'bits' }>): boolean {
  const isStatus = left.kind === 'field' && left.field === 'ctstatus';
  return table.origin !== 'nftables' && isStatus && (bits & ~(CT_STATUS.SNAT | CT_STATUS.DNAT)) === 0;
}

function negate(result: MatchResult | 'absent', not: boolean): MatchResult {
  if (result === 'absent') return 'no';
  if (!not) return result;
  return result === 'yes' ? 'no' : result === 'no' ? 'yes' : result;
}

function random(context: WalkContext, weight: number, of: number): MatchResult {
  if (weight <= 0) return 'no';
  if (weight >= of) return 'yes';
  context.weight = weight;
  context.of = of;
  return 'random';
}

function compare(
  context: WalkContext,
  state: PacketState,
  match: Extract<Match, { kind: 'compare' }>,
): MatchResult {
  const { left, values } = match;
  if (left.kind === 'numgen') {
    if (!('ranges' in values)) return 'unknown';
    const all = { low: left.offset, high: left.offset + left.mod - 1 };
    let weight = left.mod;
    for (const { low, high } of subtractRanges([all], values.ranges))
      weight -= Number(high) - Number(low) + 1;
    return random(context, match.not ? left.mod - weight : weight, left.mod);
  }
  const value = evaluateExpression(context, state, left);
  if (value === ABSENT) return 'no';
  if (value === undefined) {
    if (left.kind === 'field' && left.field === 'sport' && 'ranges' in values && left.mask === undefined) {
      return splitPorts(context, state, values.ranges, match.not);
    }
    if (state.isReply && left.kind === 'field' && left.field === 'dport' && 'ranges' in values) {
      return clientPortHolds(state, values.ranges, match.not);
    }
    // The port of the bridge has a name, only which is not known.
    if (
      left.kind === 'field' &&
      (left.field === 'physindev' || (left.field === 'physoutdev' && state.isBridged === true)) &&
      'names' in values &&
      values.names.includes('*')
    ) {
      return match.not ? 'no' : 'yes';
    }
    return 'unknown';
  }
  let holds: boolean;
  if ('names' in values) {
    if (typeof value === 'string')
      holds = isInNames(value, values.names) || isInNames(value, lowered(values.names));
    else return 'unknown';
  } else if (typeof value === 'string') {
    return 'unknown';
  } else {
    const [first] = values.ranges;
    // An address of the other family: the rule is not about this packet, negated or not.
    if (first !== undefined && typeof first.low !== typeof value) return 'no';
    holds = isInRanges(value, values.ranges);
  }
  return holds === match.not ? 'no' : 'yes';
}

const loweredNames = new WeakMap<readonly string[], readonly string[]>();

// addrtype names are upper case in iptables and lower case in nftables.
function lowered(names: readonly string[]): readonly string[] {
  let known = loweredNames.get(names);
  if (known === undefined) {
    known = names.map((name) => (/^[A-Z]+$/.test(name) ? name.toLowerCase() : name));
    loweredNames.set(names, known);
  }
  return known;
}

// net.ipv4.ip_local_port_range as Linux sets it, and what MASQUERADE picks from.
const CLIENT_PORTS = { low: 32768, high: 60999 } as const;
const MASQUERADE_PORTS = { low: 1024, high: 65535 } as const;

// A client's port is any of those it may have: a rule about a few of them misses it but for a negligible share.
function clientPortHolds(state: PacketState, ranges: readonly ValueRange[], not: boolean): MatchResult {
  const ports = (state.ctstatus & CT_STATUS.SNAT) === 0 ? CLIENT_PORTS : MASQUERADE_PORTS;
  let count = 0;
  for (const { low, high } of intersectRanges([ports], ranges)) count += Number(high) - Number(low) + 1;
  const share = count / (ports.high - ports.low + 1);
  if (share < 0.05) return not ? 'yes' : 'no';
  if (share > 0.95) return not ? 'no' : 'yes';
  return 'unknown';
}

// A client that chooses no port gets none outside of these.
const FREE_PORTS: readonly ValueRange[] = [CLIENT_PORTS];
const MASKED_PORTS: readonly ValueRange[] = [MASQUERADE_PORTS];

function splitPorts(
  context: WalkContext,
  state: PacketState,
  ranges: readonly ValueRange[],
  not: boolean,
): MatchResult {
  const possible = state.sourcePorts ?? (state.sourceNat === 'none' ? FREE_PORTS : MASKED_PORTS);
  const inside = intersectRanges(possible, ranges);
  const outside = subtractRanges(possible, ranges);
  if (inside.length === 0) return not ? 'yes' : 'no';
  if (outside.length === 0) return not ? 'no' : 'yes';
  context.portsInside = not ? outside : inside;
  context.portsOutside = not ? inside : outside;
  return 'split';
}

function setHolds(
  context: WalkContext,
  state: PacketState,
  table: Table,
  match: Extract<Match, { kind: 'lookup' }>,
): MatchResult | 'absent' {
  const named = match.inline === undefined ? table.sets.get(match.set) : undefined;
  const set = match.inline ?? named;
  if (set === undefined) return 'unknown';
  // kube-proxy's affinity sets hold clients that came before; the walk speaks of one that comes for the first time.
  if (named?.dynamic && named.name.startsWith('affinity-')) return 'no';
  const found = lookUpKey(context, state, set.elements, match.key);
  if (found === 'absent') return 'absent';
  if (found === 'unknown') return 'unknown';
  if (found !== undefined) return 'yes';
  return table.complete || match.inline !== undefined ? 'no' : 'unknown';
}

// Of several conditions at most one is left open: then it decides, however it does.
function anyHolds(context: WalkContext, state: PacketState, table: Table, of: readonly Match[]): MatchResult {
  let open: MatchResult = 'no';
  for (const match of of) {
    const result = evaluateMatch(context, state, table, match);
    if (result === 'yes') return 'yes';
    if (result !== 'no') open = open === 'no' ? result : 'unknown';
  }
  return open;
}

function ipvsHolds(state: PacketState, match: Extract<Match, { kind: 'ipvs' }>): MatchResult {
  if (!state.isIpvs) return 'no';
  const { original } = state;
  if (match.vaddr !== undefined && match.vaddr !== original.destination) return 'no';
  if (match.vport !== undefined && match.vport !== original.destinationPort) return 'no';
  return match.protocol === undefined || match.protocol === state.protocol ? 'yes' : 'no';
}
