import type { Expected } from './expected.ts';

/** What the score reads of `plumb … -o json`. */
export interface Answer {
  readonly verdict: string;
  readonly causes: readonly {
    readonly check: string;
    readonly faults: readonly string[];
    readonly nodes?: readonly string[];
  }[];
  readonly findings: readonly {
    readonly check: string;
    readonly faults: readonly string[];
    readonly severity: string;
  }[];
}

/** One row of the scoreboard. */
export interface Row {
  readonly name: string;
  readonly mode: string;
  readonly observed: string;
  readonly expected: string;
  readonly verdict: string;
  readonly firstCause: string;
  readonly verdictRight: boolean;
  readonly causeRight: boolean;
  readonly otherErrors: readonly string[];
  readonly falseHealthy: boolean;
}

/** Compares an answer with what a recording states; `undefined`: Plumb gave none. */
export function judge(expected: Expected, answer: Answer | undefined): Row {
  const wanted = expected.causes.length === 0 ? 'nothing' : expected.causes.join(' ');
  const on = expected.nodes.length === 0 ? '' : ` on ${expected.nodes.join(' ')}`;
  const base = {
    name: expected.name,
    mode: expected.mode,
    observed: expected.observed,
    expected: `${expected.verdicts.join('/')}: ${wanted}${on}`,
  };
  if (answer === undefined) {
    const none = { verdictRight: false, causeRight: false, falseHealthy: false };
    return { ...base, ...none, verdict: 'no answer', firstCause: '', otherErrors: [] };
  }
  const first = answer.causes[0];
  const named = first?.faults.some((f) => expected.causes.includes(f)) ?? false;
  const located = expected.nodes.every((n) => first?.nodes?.includes(n) ?? false);
  // Where all connections work, a warning that names what is odd says all there is to say.
  const warned = answer.findings.find((f) => f.faults.some((id) => expected.causes.includes(id)));
  const isEnough =
    first === undefined && answer.verdict === 'healthy' && expected.verdicts.includes('healthy');
  const others = answer.findings
    .filter((f) => f.severity === 'error' && !f.faults.some((id) => expected.causes.includes(id)))
    .map((f) => f.check);
  return {
    ...base,
    verdict: answer.verdict,
    firstCause:
      first === undefined
        ? isEnough && warned
          ? `only warned: ${warned.check} (${warned.faults.join(' ')})`
          : ''
        : `${first.check} (${first.faults.join(' ')})${nodesOf(first.nodes)}`,
    verdictRight: expected.verdicts.includes(answer.verdict),
    causeRight:
      expected.causes.length === 0
        ? first === undefined
        : (named && located) || (isEnough && warned !== undefined),
    otherErrors: [...new Set(others)],
    falseHealthy: answer.verdict === 'healthy' && !expected.verdicts.includes('healthy'),
  };
}

function nodesOf(nodes: readonly string[] | undefined): string {
  return nodes === undefined || nodes.length === 0 ? '' : ` on ${nodes.join(' ')}`;
}
