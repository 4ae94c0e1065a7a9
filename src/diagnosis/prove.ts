import type { Check, Problem } from '../checks/check.ts';
import { proxiesFollow } from '../checks/follow-objects.ts';
import type { Proof } from '../model/finding.ts';
import type { Verification } from '../verify/discrepancy.ts';
import type { World } from '../world/world.ts';
import { type Share, failingShare } from './symptom.ts';

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
  const [failing] = failingShare(verifications);
  const synced = syncedWorld(world, failing, suspects, reverify, sync);
  const alone = suspects.map((suspect) => tryAlone(suspect, world, failing, synced, reverify));
  const cures = alone
    .filter(({ problem, cured }) => problem.repair && cured > LEAST)
    .sort((a, b) => Number(a.syncsToo) - Number(b.syncsToo) || b.cured - a.cured);
  const proven: Proven[] = [];
  let repaired = world;
  let left = failing;
  for (const { check, problem, cured } of cures) {
    const next = problem.repair?.(repaired) ?? repaired;
    const [now] = failingShare(reverify(next));
    // What the causes before it cure already is the same fault, seen from another side.
    if (left - now <= LEAST) continue;
    proven.push({ check, problem, proof: 'repaired', share: [cured, cured] });
    repaired = next;
    left = now;
  }
  // A design that keeps clients out comes after what is not as designed.
  proven.sort((a, b) => severityOf(a) - severityOf(b) || b.share[1] - a.share[1]);
  const rest = alone.filter(({ cured }) => cured <= LEAST);
  for (const { check, problem } of rest) {
    if (problem.share) proven.push({ check, problem, proof: 'consistent', share: problem.share });
    else if (failing <= LEAST && problem.severity === 'error')
      proven.push({ check, problem, proof: 'consistent', share: [0, 0] });
    else if (!problem.repair && left > LEAST)
      proven.push({ check, problem, proof: 'consistent', share: [0, left] });
    else if (problem.repair && left > LEAST) {
      const next = problem.repair(repaired);
      const [now] = failingShare(reverify(next));
      if (left - now <= LEAST) continue;
      proven.push({ check, problem, proof: 'repaired', share: [left - now, left - now] });
      repaired = next;
      left = now;
    }
  }
  const joint = left > LEAST ? jointly(rest, proven, repaired, left, reverify) : [];
  if (proven.length + joint.length > 0) return [...proven, ...joint];
  // What fails must not be left without a word: no repair of the model cures it, and something was found.
  return rest
    .filter(({ problem }) => problem.severity === 'error')
    .map(({ check, problem }) => ({ check, problem, proof: 'consistent', share: [0, left] }));
}

/** The world with every kube-proxy's rules as the objects ask for, and what fails there. */
interface Synced {
  readonly world: World;
  readonly failing: number;
}

/** Undefined where it would cure nothing, or no two repairs are to be told apart. */
function syncedWorld(
  world: World,
  failing: number,
  suspects: readonly Suspect[],
  reverify: Reverify,
  sync: (world: World) => World,
): Synced | undefined {
  if (failing <= LEAST || suspects.filter(({ problem }) => problem.repair).length < 2) return undefined;
  const synced = sync(world);
  const [left] = failingShare(reverify(synced));
  return left < failing - LEAST ? { world: synced, failing: left } : undefined;
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
  failing: number,
  synced: Synced | undefined,
  reverify: Reverify,
): Tried {
  const { repair } = suspect.problem;
  if (!repair || failing <= LEAST) return { ...suspect, cured: 0, syncsToo: false };
  const [left] = failingShare(reverify(repair(world)));
  if (synced !== undefined && left <= synced.failing + LEAST) {
    const [after] = failingShare(reverify(repair(synced.world)));
    const cured = synced.failing - after;
    if (cured > LEAST && Math.abs(after - left) <= LEAST) return { ...suspect, cured, syncsToo: true };
  }
  return { ...suspect, cured: failing - left, syncsToo: false };
}

/** Suspects that cure something only together. */
function jointly(
  rest: readonly Suspect[],
  proven: readonly Proven[],
  world: World,
  left: number,
  reverify: Reverify,
): Proven[] {
  const open = rest.filter(
    ({ problem }) => problem.repair && !proven.some((other) => other.problem === problem),
  );
  if (open.length < 2) return [];
  const together = open.reduce((before, { problem }) => problem.repair?.(before) ?? before, world);
  const cured = left - failingShare(reverify(together))[0];
  if (cured <= LEAST) return [];
  return open.map(({ check, problem }) => ({ check, problem, proof: 'repaired', share: [0, cured] }));
}

function severityOf({ problem }: Suspect): number {
  return problem.severity === 'error' ? 0 : 1;
}
