/** What a recording's `expected.md` says. */
export interface ExpectedAnswer {
  /** The words after `plumb`. */
  readonly args: readonly string[];
  /** Any of these is right. */
  readonly verdicts: readonly string[];
  /** The first cause names one of these faults; empty where there must be no cause. */
  readonly faults: readonly string[];
  /** The node that the first cause must name; undefined where it is not a node's matter. */
  readonly node: string | undefined;
}

/** Reads `expected.md`; throws where a line is missing, because a test without expectation proves nothing. */
export function parseExpectedAnswer(text: string): ExpectedAnswer {
  const line = (label: string): string => {
    const found = new RegExp(`^- ${label}: (.*)$`, 'm').exec(text)?.[1];
    if (found === undefined) throw new Error(`expected.md has no line "- ${label}: …"`);
    return found.trim();
  };
  const cause = line('First cause');
  const question = /`plumb (.+)`/.exec(line('Question'))?.[1];
  if (question === undefined) throw new Error('expected.md asks no `plumb …`');
  const faults = cause.match(/\b[A-Z]\d\d\b/g) ?? [];
  if (cause !== 'none' && faults.length === 0) throw new Error(`expected.md names no fault: ${cause}`);
  return {
    args: question.split(' '),
    verdicts: line('Verdict').split(' or '),
    faults,
    node: /on (node-\w+)/.exec(cause)?.[1],
  };
}
