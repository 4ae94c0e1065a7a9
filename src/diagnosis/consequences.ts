import type { Check, Problem, Subject } from '../checks/check.ts';
import type { World } from '../world/world.ts';
import type { Proven, Reverify, Suspect } from './prove.ts';

/** Which of `suspects` only say from afar what another says closely, each with the check of that other. */
export function explainedOf(suspects: readonly Suspect[]): Map<Problem, string> {
  return new Map(
    suspects.flatMap(({ check, problem }): [Problem, string][] => {
      const closer = suspects.find(
        (other) =>
          other.check.explains?.includes(check.id) === true &&
          other.problem.subject === problem.subject &&
          (other.problem.node ?? problem.node) === problem.node,
      );
      return closer ? [[problem, closer.check.id]] : [];
    }),
  );
}

/**
 * Which of `others` are no faults of their own, each with the check of the cause that it follows from: those that are
 * gone once the causes are repaired in the model.
 */
export function consequencesOf(
  world: World,
  subject: Subject,
  causes: readonly Proven[],
  others: readonly Suspect[],
  reverify: Reverify,
): Map<Problem, string> {
  const follows = new Map<Problem, string>();
  const [first] = causes;
  if (first === undefined || others.length === 0) return follows;
  const repairs = causes.flatMap(({ proof, problem }) =>
    proof === 'repaired' && problem.repair ? [problem.repair] : [],
  );
  if (repairs.length === 0) return follows;
  const found = rerun(world, subject, reverify);
  const foundAfter = rerun(
    repairs.reduce((before, repair) => repair(before), world),
    subject,
    reverify,
  );
  for (const suspect of others) {
    // What does not show in this world to begin with cannot be seen to go.
    if (shows(found, suspect) && !shows(foundAfter, suspect)) follows.set(suspect.problem, first.check.id);
  }
  return follows;
}

type Rerun = (check: Check) => readonly Problem[];

function rerun(world: World, { namespace, name, ...asked }: Subject, reverify: Reverify): Rerun {
  const service = world.services.find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
  );
  const subject: Subject = { ...asked, namespace, name, ...(service === undefined ? {} : { service }) };
  const verifications = reverify(world);
  const known = new Map<Check, readonly Problem[]>();
  return (check) => {
    const problems = known.get(check) ?? [...check.run({ world, subject, verifications })];
    known.set(check, problems);
    return problems;
  };
}

function shows(problemsOf: Rerun, { check, problem }: Suspect): boolean {
  return problemsOf(check).some(({ subject, node }) => subject === problem.subject && node === problem.node);
}
