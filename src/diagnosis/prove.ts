import type { Check, Problem } from '../checks/check.ts';
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
): Proven[] {
  const [failing] = failingShare(verifications);
  const alone = suspects.map((suspect) => ({
    ...suspect,
    cured: failing - after(suspect, world, failing, reverify),
  }));
  const cures = alone
    .filter(({ problem, cured }) => problem.repair && cured > LEAST)
    .sort((a, b) => b.cured - a.cured);
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

/** Share that fails after one suspect's repair; as before where it has none. */
function after({ problem }: Suspect, world: World, failing: number, reverify: Reverify): number {
  if (!problem.repair || failing <= LEAST) return failing;
  return failingShare(reverify(problem.repair(world)))[0];
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
