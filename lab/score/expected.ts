import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a recording's `expected.md` states. */
export interface Expected {
  readonly name: string;
  readonly mode: string;
  readonly text: string;
  /** Words of the command line without `plumb` and without `--from`. */
  readonly words: readonly string[];
  readonly verdicts: readonly string[];
  readonly causes: readonly string[];
  readonly nodes: readonly string[];
  /** How many vantages failed wholly, in part, not at all. */
  readonly observed: string;
}

/** Reads `expected.md` of a recording; undefined where it states no question. */
export function readExpected(folder: string): Expected | undefined {
  const page = readFileSync(join(folder, 'expected.md'), 'utf8');
  const title = /^# (\S+)/u.exec(page)?.[1];
  const question = /^- Question: `plumb (.*?) --from \.`/mu.exec(page)?.[1];
  if (title === undefined || question === undefined) return undefined;
  const cause = /^- First cause: (.*)$/mu.exec(page)?.[1] ?? 'none';
  return {
    name: title,
    mode: title.split('-')[0] ?? '',
    text: /^Kubernetes .*? nodes\. (.*)$/mu.exec(page)?.[1] ?? '',
    words: question.split(' '),
    verdicts: (/^- Verdict: (.*)$/mu.exec(page)?.[1] ?? '').split(' or '),
    causes: [...cause.matchAll(/\b[A-Z]\d\d\b/gu)].map((m) => m[0]),
    nodes: [...cause.matchAll(/\bnode-[a-z]\b/gu)].map((m) => m[0]),
    observed: summarise(page),
  };
}

const errors =
  /(refused|timeout|no-route-to-host|network-unreachable|reset|prohibited|no-answer|nxdomain|servfail|dns[^,]*?) \d+/u;

/** E.g. `4 fail, 2 in part, 3 work`: the observations of a page, counted. */
function summarise(page: string): string {
  const lines = page.split('\n').filter((l) => l.startsWith('- ') && l.includes(' -> '));
  let failing = 0;
  let partly = 0;
  for (const line of lines) {
    const answers = line.slice(line.lastIndexOf(': ') + 2).split(', ');
    const bad = answers.filter((a) => errors.test(a)).length;
    if (bad === answers.length) failing += 1;
    else if (bad > 0) partly += 1;
  }
  const parts = [
    failing > 0 ? `${failing} fail` : '',
    partly > 0 ? `${partly} in part` : '',
    `${lines.length - failing - partly} work`,
  ];
  return parts.filter((p) => p !== '').join(', ');
}
