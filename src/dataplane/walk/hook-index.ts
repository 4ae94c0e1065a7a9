import type { NodeState } from '../node-state.ts';
import { baseChainsOf } from '../ruleset/base-chains-of.ts';
import type { BaseChain, Chain, Hook, Table } from '../ruleset/ruleset.ts';

/** A base chain on a hook, with the position at which it runs. */
export interface HookEntry {
  readonly table: Table;
  readonly chain: Chain;
  readonly base: BaseChain;
  /** Where it runs among the others. All nat chains of a hook run together, at the place of conntrack's NAT. */
  readonly position: number;
  readonly isNat: boolean;
  /** Every packet passes: no rules, and a policy that accepts. */
  readonly isOpen: boolean;
  /** Nat chains of other tables at the same priority: which is older, dumps do not tell. */
  readonly rivals: readonly HookEntry[];
  /** Whether a change of mark or address in it makes the kernel route the packet again. */
  readonly reroutes: boolean;
}

type ByHook = Map<Hook, readonly HookEntry[]>;

const indexes = new WeakMap<NodeState, { readonly ip: ByHook; readonly ip6: ByHook }>();

/**
 * The base chains that packets of `family` meet at `hook` of `node`, in the order they run.
 *
 * *Limits:* chains of one priority are taken to be as old as they stand in the dump; legacy tables to be older than the others.
 */
export function hookEntries(node: NodeState, family: 'ip' | 'ip6', hook: Hook): readonly HookEntry[] {
  let index = indexes.get(node);
  if (index === undefined) indexes.set(node, (index = { ip: new Map(), ip6: new Map() }));
  const byHook = index[family];
  let entries = byHook.get(hook);
  if (entries === undefined) byHook.set(hook, (entries = collectEntries(node, family, hook)));
  return entries;
}

function collectEntries(node: NodeState, family: 'ip' | 'ip6', hook: Hook): readonly HookEntry[] {
  const entries: (HookEntry & { rivals: readonly HookEntry[] })[] = [];
  for (const table of node.tables) {
    if (table.family !== family && table.family !== 'inet') continue;
    for (const chain of baseChainsOf(table.chains)) {
      const { base } = chain;
      if (base?.hook !== hook) continue;
      const isNat = base.type === 'nat';
      entries.push({
        table,
        chain,
        base,
        isNat,
        isOpen: chain.rules.length === 0 && base.policy === 'accept' && table.complete,
        rivals: [],
        position: isNat ? natPosition(hook) : base.priority,
        reroutes: base.type === 'route' || (table.origin !== 'nftables' && table.name === 'mangle'),
      });
    }
  }
  // Of two chains with one priority the kernel runs the one that was made last. *Source:* linux/net/netfilter/core.c `nf_hook_entries_grow`.
  entries.reverse().sort((a, b) => a.position - b.position || a.base.priority - b.base.priority);
  for (const [i, entry] of entries.entries())
    if (entry.isNat) entry.rivals = entries.slice(i + 1).filter((other) => isRival(entry, other));
  return entries;
}

function isRival(entry: HookEntry, other: HookEntry): boolean {
  return (
    other.isNat && !other.isOpen && other.base.priority === entry.base.priority && other.table !== entry.table
  );
}

// nf_nat registers one hook a family; the nat chains hang below it. *Source:* linux/net/netfilter/nf_nat_core.c.
function natPosition(hook: Hook): number {
  return hook === 'prerouting' || hook === 'output' ? -100 : 100;
}
