import { isSameReference } from './rule-reference.ts';
import type { Outcome, Unknown } from './trace.ts';

/**
 * A place in the tree of branches: an end, or a fork. A walk without unknowns could add up weights; with unknowns, an
 * end's share is the least and the most that the undecided choices allow, which needs the tree.
 */
export interface Slot {
  end?: Outcome;
  fork?: Fork;
}

/** A fork: by weights that are known (`random`), or by something that could not be decided (`unknown`). */
export interface Fork {
  /** Weights by branch; undefined where nothing is known about the choice. */
  readonly weights: readonly number[] | undefined;
  readonly branches: readonly Slot[];
  readonly unknown?: Unknown;
}

/** Turns `slot` into a fork with known `weights`, which sum to 1; the branches' slots come back. */
export function forkByWeight(slot: Slot, weights: readonly number[]): readonly Slot[] {
  const branches = weights.map((): Slot => ({}));
  slot.fork = { weights, branches };
  return branches;
}

/** Turns `slot` into a fork of `count` branches of which nothing is known. */
export function forkByUnknown(slot: Slot, count: number, unknown: Unknown): readonly Slot[] {
  const branches = Array.from({ length: count }, (): Slot => ({}));
  slot.fork = { weights: undefined, branches, unknown };
  return branches;
}

interface Share {
  readonly outcome: Outcome;
  min: number;
  max: number;
  unknowns: readonly Unknown[];
}

/**
 * The distinct outcomes below `root` with their probability intervals. An unknown whose branches come to the same ends does
 * not matter and is left out.
 */
export function collectOutcomes(root: Slot): Outcome[] {
  const shares = sharesOf(root);
  return shares.map(({ outcome, min, max, unknowns }) => ({
    ...outcome,
    probability: [clamp(min), clamp(max)] as const,
    unknowns: unknowns.length === 0 ? outcome.unknowns : union(unknowns, outcome.unknowns),
  }));
}

/** Every branch below `root` as an outcome of its own, also where several come to the same end. */
export function collectBranches(root: Slot): Outcome[] {
  const outcomes: Outcome[] = [];
  const pending: { slot: Slot; min: number; max: number }[] = [{ slot: root, min: 1, max: 1 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { slot, min, max } = next;
    if (slot.end !== undefined) outcomes.push({ ...slot.end, probability: [min, max] });
    slot.fork?.branches.forEach((branch, i) => {
      const weight = slot.fork?.weights?.[i];
      pending.push({ slot: branch, min: min * (weight ?? 0), max: max * (weight ?? 1) });
    });
  }
  return outcomes;
}

// Sums of floating point weights miss 1 by a few units in the last place.
function clamp(value: number): number {
  return Math.abs(value - 1) < 1e-12 ? 1 : value;
}

function sharesOf(root: Slot): Share[] {
  if (root.fork === undefined) {
    return root.end === undefined ? [] : [{ outcome: root.end, min: 1, max: 1, unknowns: [] }];
  }
  // Chains of statistic rules nest one fork an endpoint: walk known forks with a stack instead of by recursion.
  const shares: Share[] = [];
  const index: ShareIndex = new Map();
  const pending: { slot: Slot; weight: number }[] = [{ slot: root, weight: 1 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { slot, weight } = next;
    const fork = slot.fork;
    if (fork === undefined) {
      if (slot.end !== undefined) addShare(shares, index, slot.end, weight, weight, []);
    } else if (fork.weights === undefined) {
      for (const share of sharesOfUnknown(fork)) {
        addShare(shares, index, share.outcome, share.min * weight, share.max * weight, share.unknowns);
      }
    } else {
      for (let i = fork.branches.length - 1; i >= 0; i--) {
        pending.push({ slot: fork.branches[i] as Slot, weight: weight * (fork.weights[i] ?? 0) });
      }
    }
  }
  return shares;
}

function sharesOfUnknown(fork: Fork): Share[] {
  const branches = fork.branches.map(sharesOf);
  const merged: Share[] = [];
  const index: ShareIndex = new Map();
  const seenIn = new Map<Share, number>();
  for (const branch of branches) {
    for (const share of branch) {
      const known = findShare(index, share.outcome);
      if (known === undefined) {
        const fresh = { ...share };
        merged.push(fresh);
        remember(index, fresh);
        seenIn.set(fresh, 1);
      } else {
        known.min = Math.min(known.min, share.min);
        known.max = Math.max(known.max, share.max);
        known.unknowns = union(union(known.unknowns, share.unknowns), share.outcome.unknowns);
        seenIn.set(known, (seenIn.get(known) ?? 0) + 1);
      }
    }
  }
  let isMoot = true;
  for (const share of merged) {
    if (seenIn.get(share) !== branches.length) share.min = 0;
    if (share.min !== share.max) isMoot = false;
  }
  const own = fork.unknown;
  if (!isMoot && own !== undefined) for (const share of merged) share.unknowns = union([own], share.unknowns);
  return merged;
}

function addShare(
  shares: Share[],
  index: ShareIndex,
  outcome: Outcome,
  min: number,
  max: number,
  unknowns: readonly Unknown[],
): void {
  const known = shares.length === 0 ? undefined : findShare(index, outcome);
  if (known === undefined) {
    const share = { outcome, min, max, unknowns };
    shares.push(share);
    remember(index, share);
    return;
  }
  known.min += min;
  known.max += max;
  known.unknowns = union(union(known.unknowns, unknowns), outcome.unknowns);
}

function union(a: readonly Unknown[], b: readonly Unknown[]): readonly Unknown[] {
  if (b.length === 0) return a;
  const fresh = b.filter((x) => !a.some((y) => x.text === y.text && isSameReference(x.rule, y.rule)));
  return fresh.length === 0 ? a : [...a, ...fresh];
}

/** Shares by what most ends differ in: address and port in one number below 2^48, IPv6 addresses alone. */
type ShareIndex = Map<number | bigint, Share[]>;

function keyOf({ destination: { address, port = 0 } }: Outcome): number | bigint {
  return typeof address === 'number' ? address * 0x10000 + port : address;
}

function remember(index: ShareIndex, share: Share): void {
  const key = keyOf(share.outcome);
  const list = index.get(key);
  if (list === undefined) index.set(key, [share]);
  else list.push(share);
}

function findShare(index: ShareIndex, outcome: Outcome): Share | undefined {
  return index.get(keyOf(outcome))?.find((share) => isSameEnd(share.outcome, outcome));
}

/** Whether two outcomes are the same end for whoever asks: probability and the steps that led there aside. */
function isSameEnd(a: Outcome, b: Outcome): boolean {
  return (
    a.result === b.result &&
    a.destination.address === b.destination.address &&
    a.destination.port === b.destination.port &&
    a.node === b.node &&
    a.pod === b.pod &&
    a.rejectedWith === b.rejectedWith &&
    a.replyReturns === b.replyReturns &&
    isSameReference(a.decidedBy, b.decidedBy) &&
    isSameReference(a.replyLostBy, b.replyLostBy) &&
    (a.sourceNat === b.sourceNat ||
      (typeof a.sourceNat === 'object' &&
        typeof b.sourceNat === 'object' &&
        a.sourceNat.address === b.sourceNat.address))
  );
}
