import type { CheckResult, Problem } from '../checks/check.ts';
import type { ChecklistRow } from './diagnosis.ts';
import type { DiagnosisInput } from './diagnosis-input.ts';

/** The areas in the order an engineer would go through them; a check's area is the first word of its id. */
const AREAS: readonly (readonly [area: string, title: string])[] = [
  ['service', 'Service'],
  ['dns', 'DNS'],
  ['endpoints', 'Endpoints'],
  ['pods', 'Pods'],
  ['external', 'External'],
  ['policy', 'Policy'],
  ['kube-proxy', 'Proxy'],
  ['rules', 'Rules'],
  ['node', 'Node'],
  ['observed', 'Tried'],
];

const TITLES: ReadonlyMap<string, string> = new Map(AREAS);

/** How many of the packets that checks look at could be followed to their end. */
type Followed = 'all' | 'some' | 'none';

/** One row an area: its first problem, what could not be seen, or that all its facts hold. `follows` says of which check's problem another is a consequence. */
export function checklistOf(
  { results, verifications }: DiagnosisInput,
  follows: ReadonlyMap<Problem, string> = new Map(),
): ChecklistRow[] {
  const followed = followedOf(verifications);
  const byArea = new Map<string, CheckResult[]>(AREAS.map(([area]) => [area, []]));
  for (const result of results) {
    const { id } = result.check;
    const area = id.slice(0, id.indexOf('/'));
    const own = byArea.get(area);
    if (own) own.push(result);
    else byArea.set(area, [result]);
  }
  return [...byArea].flatMap(([area, own]) =>
    own.length === 0 ? [] : [rowOf(TITLES.get(area) ?? area, own, followed, follows)],
  );
}

function followedOf(verifications: DiagnosisInput['verifications']): Followed {
  const isLost = ({ discrepancies }: DiagnosisInput['verifications'][number]): boolean =>
    discrepancies.some(({ kind }) => kind === 'cannot-tell');
  if (!verifications.some(isLost)) return 'all';
  return verifications.every((each) => isLost(each) && each.works[0] === 0) ? 'none' : 'some';
}

function rowOf(
  area: string,
  results: readonly CheckResult[],
  followed: Followed,
  follows: ReadonlyMap<Problem, string>,
): ChecklistRow {
  const problems = results.flatMap((result) => (result.status === 'problem' ? result.problems : []));
  const errors = problems.filter(({ severity }) => severity === 'error');
  const error = errors.find((problem) => !follows.has(problem));
  if (error) return { area, status: 'problem', text: error.summary };
  const [brought] = errors;
  if (brought)
    return {
      area,
      status: 'problem',
      text: `${brought.summary} (follows from ${follows.get(brought) ?? 'the cause'})`,
    };
  const warning = problems.find(({ severity }) => severity === 'warning');
  if (warning) return { area, status: 'warning', text: warning.summary };
  const isOpen = ({ check }: CheckResult): boolean =>
    followed !== 'all' && check.needs.includes('verifications');
  const passing = results.filter(({ status }) => status === 'pass');
  const passed = passing.filter((result) => !isOpen(result));
  const blind = results.filter(({ status }) => status === 'unknown');
  // An area that rests on packets for the most part is as open as they are.
  if (passed.length > 0 && passed.length * 2 >= passing.length) {
    const rest = blind.length > 0 ? `; ${blind.length} could not be checked` : '';
    return { area, status: blind.length > 0 ? 'unknown' : 'ok', text: `${factText(passed)}${rest}` };
  }
  if (blind.length > 0)
    return { area, status: 'unknown', text: `not checked: ${blind[0]?.check.asserts ?? ''}` };
  // A packet that could not be followed shows no fault, and proves nothing.
  if (passing.length > 0) {
    const far = `${factText(passing)}, as far as packets could be followed`;
    return {
      area,
      status: 'unknown',
      text: followed === 'some' ? far : 'not checked: packets could not be followed',
    };
  }
  return { area, status: 'not-applicable', text: 'does not apply' };
}

function factText(passed: readonly CheckResult[]): string {
  const [first] = passed;
  const more = passed.length > 1 ? `, and ${passed.length - 1} more` : '';
  return `${first?.check.asserts ?? ''}${more}`;
}
