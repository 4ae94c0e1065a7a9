import type { Check, Problem } from '../checks/check.ts';
import { proxiesFollow } from '../checks/follow-objects.ts';
import type { Proof } from '../model/finding.ts';
import type { Verification } from '../verify/discrepancy.ts';
import type { World } from '../world/world.ts';
import { type Share, amissOf, failingShare } from './symptom.ts';

/** A problem with the check that found it. */
export interface Suspect {
  readonly check: Check;
  readonly problem: Problem;
}

/** A suspect that explains the symptom, or may. */
export interface Proven extends Suspect {
  readonly proof: Proof;
  /** Share of all connections that its repair cures; `[0, max]` where it could not be tried. */
  readonly share: Share;
}

/** Walks the subject's packets through another world. */
export type Reverify = (world: World) => readonly Verification[];

const LEAST = 1e-6;

/**
 * Repairs each suspect in the model, alone and then on top of those before it, and keeps those whose repair cures
 * a part of the symptom. A suspect without a repair is kept as consistent. One whose repair changes nothing is
 * beside the point and is left out.
 */
export function proveSuspects(
  world: World,
  verifications: readonly Verification[],
  suspects: readonly Suspect[],
  reverify: Reverify,
  sync: (world: World) => World = proxiesFollow,
): Proven[] {
  const amiss = amissOf(verifications);
  const walk: Walk = (of) => amiss(reverify(of));
  const before = amiss(verifications);
  const isFailing = failingShare(verifications)[0] > 0;
  const synced = syncedWorld(world, before, suspects, walk, sync);
  const alone = suspects.map((suspect) => tryAlone(suspect, world, before, synced, walk));
  const cures = alone
    .filter(({ problem, cured }) => problem.repair && cured > LEAST)
    .sort((a, b) => Number(a.syncsToo) - Number(b.syncsToo) || b.cured - a.cured);
  const proven: Proven[] = [];
  let repaired = world;
  let left = before;
  for (const { check, problem, cured } of cures) {
    const next = problem.repair?.(repaired) ?? repaired;
    const now = walk(next);
    // What the causes before it cure already is the same fault, seen from another side.
    if (left - now <= LEAST) continue;
    proven.push({ check, problem, proof: 'repaired', share: isFailing ? [cured, cured] : [0, 0] });
    repaired = next;
    left = now;
  }
  // A design that keeps clients out comes after what is not as designed.
  proven.sort((a, b) => severityOf(a) - severityOf(b) || b.share[1] - a.share[1]);
  const rest = alone.filter(({ cured }) => cured <= LEAST);
  for (const { check, problem } of rest) {
    if (problem.share) proven.push({ check, problem, proof: 'consistent', share: problem.share });
    else if (!isFailing && problem.severity === 'error')
      proven.push({ check, problem, proof: 'consistent', share: [0, 0] });
    else if (!problem.repair && left > LEAST)
      proven.push({ check, problem, proof: 'consistent', share: [0, left] });
    else if (problem.repair && left > LEAST) {
      const next = problem.repair(repaired);
      const now = walk(next);
      if (left - now <= LEAST) continue;
      proven.push({ check, problem, proof: 'repaired', share: [left - now, left - now] });
      repaired = next;
      left = now;
    }
  }
  const joint = left > LEAST && isFailing ? jointly(rest, proven, repaired, left, walk) : [];
  if (proven.length + joint.length > 0) return [...proven, ...joint];
  // What fails must not be left without a word: no repair of the model cures it, and something was found.
  return rest
    .filter(({ problem }) => problem.severity === 'error')
    .map(({ check, problem }) => ({ check, problem, proof: 'consistent', share: [0, left] }));
}

/** What is amiss in a world. */
type Walk = (world: World) => number;

/** The world with every kube-proxy's rules as the objects ask for, and what is amiss there. */
interface Synced {
  readonly world: World;
  readonly amiss: number;
}

/** Undefined where it would cure nothing, or no two repairs are to be told apart. */
function syncedWorld(
  world: World,
  before: number,
  suspects: readonly Suspect[],
  walk: Walk,
  sync: (world: World) => World,
): Synced | undefined {
  if (before <= LEAST || suspects.filter(({ problem }) => problem.repair).length < 2) return undefined;
  const synced = sync(world);
  const left = walk(synced);
  return left < before - LEAST ? { world: synced, amiss: left } : undefined;
}

interface Tried extends Suspect {
  readonly cured: number;
  /** Its repair changes an object, and with it lets kube-proxy write all rules anew, which alone cures something. */
  readonly syncsToo: boolean;
}

/** What one suspect's repair cures, without what kube-proxy cures by writing its rules anew for the changed object. */
function tryAlone(
  suspect: Suspect,
  world: World,
  before: number,
  synced: Synced | undefined,
  walk: Walk,
): Tried {
  const { repair } = suspect.problem;
  if (!repair || before <= LEAST) return { ...suspect, cured: 0, syncsToo: false };
  const left = walk(repair(world));
  if (synced !== undefined && left <= synced.amiss + LEAST) {
    const after = walk(repair(synced.world));
    const cured = synced.amiss - after;
    if (cured > LEAST && Math.abs(after - left) <= LEAST) return { ...suspect, cured, syncsToo: true };
  }
  return { ...suspect, cured: before - left, syncsToo: false };
}

/** Suspects that cure something only together. */
function jointly(
  rest: readonly Suspect[],
  proven: readonly Proven[],
  world: World,
  left: number,
  walk: Walk,
): Proven[] {
  const open = rest.filter(
    ({ problem }) => problem.repair && !proven.some((other) => other.problem === problem),
  );
  if (open.length < 2) return [];
  const together = open.reduce((before, { problem }) => problem.repair?.(before) ?? before, world);
  const cured = left - walk(together);
  if (cured <= LEAST) return [];
  return open.map(({ check, problem }) => ({ check, problem, proof: 'repaired', share: [0, cured] }));
}

function severityOf({ problem }: Suspect): number {
  return problem.severity === 'error' ? 0 : 1;
}
