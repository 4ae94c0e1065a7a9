import type { NodeState } from '../node-state.ts';
import { endUnknown } from './end-packet.ts';
import { referenceToSysctl, sysctlNumber } from './kernel-settings.ts';
import type { PacketState } from './packet-state.ts';

/** What the limit is called, the usual name first. */
const LIMITS = ['net.netfilter.nf_conntrack_max', 'net.nf_conntrack_max'];
/** Entries run out while others take their place: a full table is seldom read at its very limit. */
const FULL = 0.99;

/** How many entries the connection table of a node holds, and may hold. */
export interface TableUse {
  readonly count: number;
  readonly most: number;
  /** The sysctl that limits it. */
  readonly limit: string;
  /** Whether there is as good as no room. */
  readonly isFull: boolean;
}

const known = new WeakMap<NodeState, TableUse | 'unknown'>();

/** The use of the node's connection table; undefined where it was not read, or nothing limits it. Every new connection asks. */
export function tableUseOf(node: NodeState): TableUse | undefined {
  let use = known.get(node);
  if (use === undefined) known.set(node, (use = readUse(node) ?? 'unknown'));
  return use === 'unknown' ? undefined : use;
}

function readUse(node: NodeState): TableUse | undefined {
  const count = sysctlNumber(node, 'net.netfilter.nf_conntrack_count');
  const limit = LIMITS.find((name) => node.sysctls?.has(name) === true);
  const most = limit === undefined ? undefined : sysctlNumber(node, limit);
  if (count === undefined || limit === undefined || most === undefined || !(most > 0)) return undefined;
  return { count, most, limit, isFull: count >= most * FULL };
}

/**
 * Ends the first packet of a connection where no entry is left for it: the kernel drops it, unless one that saw no answer, or has run out, makes room.
 * *Source:* linux/net/netfilter/nf_conntrack_core.c `__nf_conntrack_alloc`, `early_drop`.
 */
export function needEntry(state: PacketState): void {
  const use = tableUseOf(state.node);
  if (use?.isFull !== true) return;
  const { count, most, limit } = use;
  endUnknown(
    state,
    `the connection table of ${state.node.name} is full, ${count} of ${most} entries: a new connection is dropped unless another one makes room`,
    referenceToSysctl(state.node, limit, most),
  );
}
