import type { CheckResult } from '../checks/check.ts';
import type { Finding, Verdict } from '../model/finding.ts';
import { distinctEndpoints } from '../verify/distinct-endpoints.ts';
import { checklistOf } from './checklist.ts';
import { consequencesOf, explainedOf } from './consequences.ts';
import type { Cause, Diagnosis } from './diagnosis.ts';
import type { DiagnosisInput } from './diagnosis-input.ts';
import { headlineOf } from './headline.ts';
import { joinNodes } from './join-nodes.ts';
import { gapsOfSubject } from './not-checked/gaps-of-subject.ts';
import { gapsOfWorld } from './not-checked/gaps-of-world.ts';
import { eachOnce } from './not-checked/gaps.ts';
import { isBlind, leadsOutside } from './not-checked/is-blind.ts';
import { pathOf } from './paths.ts';
import { type Proven, type Suspect, proveSuspects } from './prove.ts';
import { withServicesNear } from './services-near.ts';
import { isFailing, isWanted, stateOf } from './symptom.ts';

/** Ranks what the checks found by what explains the symptom, proves it by repair, and says what was not seen. */
export function diagnose(input: DiagnosisInput): Diagnosis {
  const { world, subject, verifications, results, reverify } = input;
  const suspects = results.flatMap((result): Suspect[] =>
    result.status === 'problem' ? result.problems.map((problem) => ({ check: result.check, problem })) : [],
  );
  const explained = explainedOf(suspects);
  const errors = suspects.filter(({ problem }) => problem.severity === 'error' && !explained.has(problem));
  const hasSymptom = verifications.some(isFailing);
  const byDesign = hasSymptom
    ? suspects.filter(({ problem }) => problem.severity === 'warning' && problem.repair)
    : [];
  const near = subject.service && suspects.length > 0 ? withServicesNear(world, subject.service) : world;
  const proven = proveSuspects(near, verifications, [...errors, ...byDesign], reverify);
  const doubts = suspects.filter(isDoubt);
  const doubted = doubts.map(({ check, problem }): Proven => ({
    check,
    problem,
    proof: 'suspected',
    share: problem.share ?? [0, 1],
  }));
  const causes = mergeNodes([...proven, ...(proven.length === 0 ? doubted : [])].map(causeOf));
  const verdict = verdictOf(input, errors, doubts);
  const isOutside = verdict === 'unknown' && leadsOutside(input);
  const others = errors.filter(({ problem }) => !proven.some((cause) => cause.problem === problem));
  const follows = new Map([...explained, ...consequencesOf(near, subject, proven, others, reverify)]);
  const count = (status: CheckResult['status']): number =>
    results.filter((result) => result.status === status).length;
  const name = `${subject.namespace}/${subject.name}`;
  return {
    verdict,
    ...(isOutside ? { leadsOutside: true } : {}),
    subject: name,
    headline: isOutside
      ? 'its name leads outside the cluster, and nobody was asked whether it resolves'
      : headlineOf(verdict, verifications, causes),
    causes,
    findings: suspects.map((suspect) => findingOf(suspect, follows.get(suspect.problem))),
    // What is the same for all Services stands above them all.
    notChecked: subject.isOneOfMany
      ? gapsOfSubject(input)
      : eachOnce([...gapsOfWorld(world), ...gapsOfSubject(input)]),
    // Ten thousand Services have millions of paths; those that may work are told by what was not checked.
    paths: (subject.isOneOfMany ? verifications.filter(isFailing) : verifications).map(pathOf),
    checklist: subject.isOneOfMany ? [] : checklistOf(input, follows),
    counts: {
      packets: verifications.length,
      nodes: new Set(verifications.map(({ expectation }) => expectation.vantage.node)).size,
      endpoints: distinctEndpoints(verifications).size,
      checksPassed: count('pass'),
      checksFailed: count('problem'),
      checksUnknown: count('unknown'),
    },
  };
}

/** A warning that may break everything, and nothing seen says whether it does. */
function isDoubt({ problem }: Suspect): boolean {
  return problem.severity === 'warning' && (problem.share?.[1] ?? 0) > 0;
}

function verdictOf(input: DiagnosisInput, errors: readonly Suspect[], doubts: readonly Suspect[]): Verdict {
  const states = input.verifications.filter(isWanted).map(stateOf);
  const worst = Math.max(0, ...errors.map(({ problem }) => problem.share?.[0] ?? 0));
  if ((states.length > 0 && states.every((state) => state === 'fails')) || worst >= 1) return 'broken';
  const mayBeAll = errors.some(({ problem: { share = [0, 1] } }) => share[1] >= 1);
  if (states.length === 0 && mayBeAll) return 'broken';
  if (input.verifications.some(isFailing) || errors.length > 0) return 'degraded';
  if (states.includes('unknown') || isBlind(input) || doubts.length > 0) return 'unknown';
  return 'healthy';
}

function causeOf({ check, problem, proof, share }: Proven): Cause {
  return {
    check: check.id,
    faults: problem.faults ?? check.faults,
    subject: problem.subject,
    nodes: problem.node === undefined ? [] : [problem.node],
    proof,
    share,
    summary: problem.summary,
    evidence: problem.evidence,
    remedy: problem.remedy ?? { text: `see plumb explain ${check.id}`, commands: [] },
  };
}

/** The same fault of the same check on several nodes is one cause with a list. */
function mergeNodes(causes: readonly Cause[]): Cause[] {
  const groups = new Map<string, Cause[]>();
  for (const cause of causes) {
    const key =
      cause.nodes.length === 0
        ? `${groups.size}`
        : `${cause.check} ${cause.faults[0] ?? ''} ${cause.subject}`;
    groups.set(key, [...(groups.get(key) ?? []), cause]);
  }
  return [...groups.values()].map(join);
}

function join(causes: readonly Cause[]): Cause {
  const [first, ...others] = causes as readonly [Cause, ...Cause[]];
  if (others.length === 0) return first;
  const sum = (pick: (share: Cause['share']) => number): number =>
    Math.min(
      1,
      causes.reduce((total, { share }) => total + pick(share), 0),
    );
  const told = causes.map(({ nodes: [node = ''], summary }) => ({ node, summary }));
  return {
    ...first,
    nodes: [...new Set(causes.flatMap(({ nodes }) => nodes))],
    share: [sum(([min]) => min), sum(([, max]) => max)],
    summary: joinNodes(told)
      .map(({ summary }) => summary)
      .join('; '),
    evidence: causes.flatMap(({ evidence }) => evidence),
    remedy: {
      text: first.remedy.text,
      commands: [...new Set(causes.flatMap(({ remedy }) => remedy.commands))],
    },
  };
}

function findingOf({ check, problem }: Suspect, follows: string | undefined): Finding {
  const { repair: _repair, share: _share, faults, ...rest } = problem;
  const finding: Finding = { check: check.id, faults: faults ?? check.faults, ...rest };
  return follows === undefined ? finding : { ...finding, severity: 'info', follows };
}
