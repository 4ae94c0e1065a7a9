import type { Verification } from '../verify/discrepancy.ts';

/** A share of connections, `[min, max]`. */
export type Share = readonly [min: number, max: number];

/** How a client's way to a frontend is judged, whoever is to blame. */
export type PathState = 'works' | 'fails' | 'partly' | 'as-promised-denied' | 'unknown';

/** Weights of one walk are 31-bit integers: less than this is rounding. */
const EPSILON = 1e-6;

/** Whether clients expect this path to work: the frontend exists for them, and no list of allowed sources leaves them out. */
export function isWanted({ expectation }: Verification): boolean {
  return expectation.outcome !== 'not-served' && expectation.deniedBy !== 'loadBalancerSourceRanges';
}

/** Share of connections of this path that reach a promised endpoint; nothing where the API itself denies it. */
export function worksOf({ expectation, works }: Verification): Share {
  return expectation.outcome === 'endpoints' ? works : [0, 0];
}

/** The state of one path. A denial that the API asks for counts as failing only where clients expect an answer. */
export function stateOf(verification: Verification): PathState {
  if (!isWanted(verification)) return 'as-promised-denied';
  const [min, max] = worksOf(verification);
  if (min >= 1 - EPSILON) return 'works';
  if (max <= EPSILON) return 'fails';
  return max < 1 - EPSILON ? 'partly' : 'unknown';
}

/** Whether some connections of this path surely fail, although clients expect it to work. */
export function isFailing(verification: Verification): boolean {
  const state = stateOf(verification);
  return state === 'fails' || state === 'partly';
}

/** Share of connections over all wanted paths that surely fail, and that may; every path counts the same. */
export function failingShare(verifications: readonly Verification[]): Share {
  const wanted = verifications.filter(isWanted);
  if (wanted.length === 0) return [0, 0];
  const sum = (pick: (share: Share) => number): number =>
    wanted.reduce((total, verification) => total + 1 - pick(worksOf(verification)), 0) / wanted.length;
  return [clean(sum(([, max]) => max)), clean(sum(([min]) => min))];
}

function clean(share: number): number {
  return share < EPSILON ? 0 : Math.min(1, share);
}

/**
 * What is amiss with paths, as a number from 0 to 1 that a repair brings down: of a subject whose connections fail, their share; where none fails, the
 * share of what goes otherwise than promised (an endpoint that gets nothing, an address that is replaced).
 */
export function amissOf(verifications: readonly Verification[]): (of: readonly Verification[]) => number {
  return failingShare(verifications)[0] > 0 ? (of) => failingShare(of)[0] : differingShare;
}

function differingShare(verifications: readonly Verification[]): number {
  const shares = verifications
    .filter(isWanted)
    .map(({ discrepancies }) =>
      discrepancies
        .filter(({ kind, isLag }) => kind !== 'cannot-tell' && isLag !== true)
        .reduce((sum, { share }) => sum + share[0], 0),
    );
  return clean(shares.reduce((sum, share) => sum + Math.min(1, share), 0) / Math.max(1, shares.length));
}
