import type { NodeState } from '../node-state.ts';
import type { Part } from '../ruleset/rule-parts.ts';
import type { Chain, Table } from '../ruleset/ruleset.ts';
import { isBridge } from './bridge.ts';
import { endUnknown } from './end-packet.ts';
import { forkByUnknown, type Slot } from './outcome-tree.ts';
import { forkState, type Next, type PacketState } from './packet-state.ts';
import { referenceToChain } from './rule-reference.ts';
import type { RuleReference } from './trace.ts';

interface Unwalked {
  /** A chain that sees frames on any interface. */
  readonly device?: RuleReference;
  /** A chain that sees frames on bridges. */
  readonly bridge?: RuleReference;
}

const known = new WeakMap<NodeState, Unwalked>();

/**
 * Chains on devices and bridges see a packet before the node's hooks do, and are not walked: where one might stop it, a branch that
 * ends there as unknown goes to `next`. What such chains cannot stop is walked as if they were not there.
 */
export function passUnwalked(state: PacketState, next: Next): void {
  const { node, iif } = state;
  if (iif === '' || iif === 'lo') return;
  let unwalked = known.get(node);
  if (unwalked === undefined) known.set(node, (unwalked = findUnwalked(node)));
  const by = unwalked.device ?? (isBridge(node, iif) === false ? undefined : unwalked.bridge);
  if (by === undefined) return;
  const text = `chain ${by.chain} of the ${by.family} table ${by.table} may stop the packet: such chains are not walked`;
  const [stopped, passed] = forkByUnknown(state.slot, 2, { text, rule: by }) as [Slot, Slot];
  const other = forkState(state, stopped);
  endUnknown(other, text, by);
  next(other);
  state.slot = passed;
}

function findUnwalked(node: NodeState): Unwalked {
  let device: RuleReference | undefined;
  let bridge: RuleReference | undefined;
  for (const table of node.tables) {
    for (const chain of chainsOf(table)) {
      const { base } = chain;
      if (base === undefined || (base.policy === 'accept' && !mayStop(table, chain, new Set()))) continue;
      const reference = referenceToChain(node.name, table, chain, `chain ${chain.name}`);
      if (table.family === 'bridge') bridge ??= reference;
      else if (base.hook === 'ingress' || base.hook === 'egress') device ??= reference;
    }
  }
  return { ...(device === undefined ? {} : { device }), ...(bridge === undefined ? {} : { bridge }) };
}

// Tables of iptables have neither, and are large.
function chainsOf({ family, origin, chains }: Table): Iterable<Chain> {
  const isWalked = family === 'ip' || family === 'ip6' || family === 'arp' || origin === 'iptables-legacy';
  return isWalked ? [] : chains.values();
}

function mayStop(table: Table, chain: Chain, seen: Set<Chain>): boolean {
  if (seen.has(chain)) return false;
  seen.add(chain);
  for (let i = 0; i < chain.rules.length; i++)
    for (const part of chain.rules.at(i).parts) if (partMayStop(table, part, seen)) return true;
  return false;
}

function partMayStop(table: Table, part: Part, seen: Set<Chain>): boolean {
  switch (part.kind) {
    case 'drop':
    case 'reject':
    case 'queue':
    case 'vmap':
    case 'unknown-statement':
      return true;
    case 'jump':
    case 'goto': {
      const target = table.chains.get(part.chain);
      return target === undefined || mayStop(table, target, seen);
    }
    default:
      return false;
  }
}
