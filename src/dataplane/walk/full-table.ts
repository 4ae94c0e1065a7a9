import type { NodeState } from '../node-state.ts';
import { endUnknown } from './end-packet.ts';
import { referenceToSysctl, sysctlNumber } from './kernel-settings.ts';
import type { PacketState } from './packet-state.ts';

const MOST = 'net.netfilter.nf_conntrack_max';
/** Entries run out while others take their place: a full table is seldom read at its very limit. */
const FULL = 0.99;

/** How many entries the connection table of a node holds, and may hold, where there is as good as no room; undefined where there is, or it was not read. */
export function fullTableOf(node: NodeState): { readonly count: number; readonly most: number } | undefined {
  const count = sysctlNumber(node, 'net.netfilter.nf_conntrack_count') ?? 0;
  const most = sysctlNumber(node, MOST) ?? 0;
  return most > 0 && count >= most * FULL ? { count, most } : undefined;
}

/**
 * Ends the first packet of a connection where no entry is left for it: the kernel drops it, unless one that saw no answer, or has run out, makes room.
 * *Source:* linux/net/netfilter/nf_conntrack_core.c `__nf_conntrack_alloc`, `early_drop`.
 */
export function needEntry(state: PacketState): void {
  const full = fullTableOf(state.node);
  if (full === undefined) return;
  const { name } = state.node;
  endUnknown(
    state,
    `the connection table of ${name} is full, ${full.count} of ${full.most} entries: a new connection is dropped unless another one makes room`,
    referenceToSysctl(state.node, MOST, full.most),
  );
}
