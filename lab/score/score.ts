import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { liveAnswerOf } from '../evidence/ask-live.ts';
import { unpackRecording } from '../evidence/pack.ts';
import { repository } from '../machine/places.ts';
import { run } from '../machine/run.ts';
import { UserError } from '../user-error.ts';
import { type Expected, readExpected } from './expected.ts';
import { judge, type Answer, type Row } from './judge.ts';
import { readScoreboard, renderScoreboard } from './scoreboard.ts';

/** What a scoring run found: all rows of the page, and the names that were right before and are no longer. */
export interface Score {
  readonly rows: readonly Row[];
  readonly regressions: readonly string[];
}

/**
 * Asks Plumb about every recording below `folders` and writes the scoreboard to `page`. Rows of recordings that are not there
 * now stay as they were.
 */
export async function score(
  folders: readonly string[],
  page: string,
  say: (line: string) => void,
  answerTo: AnswerTo = answerOffline,
): Promise<Score> {
  const before = existsSync(page) ? readScoreboard(readFileSync(page, 'utf8')) : new Map();
  const rows = new Map<string, Row>([...before].map(([name, { row }]) => [name, row as Row]));
  const regressions: string[] = [];
  const unpacked = mkdtempSync(join(tmpdir(), 'plumb-score-'));
  for (const found of recordingsIn(folders)) {
    const folder = found.endsWith('.tgz') ? await unpackRecording(found, unpacked) : found;
    const expected = readExpected(folder);
    if (expected === undefined) continue;
    const answer = await answerTo(expected, folder);
    if (answer === 'not asked') continue;
    const row = judge(expected, answer);
    const right = row.causeRight && row.verdictRight;
    if (before.get(row.name)?.right === true && !right) regressions.push(row.name);
    rows.set(row.name, row);
    say(
      `${right ? 'right' : 'WRONG'} ${row.name}: ${row.verdict}, ${row.firstCause || 'no cause'}${right ? '' : ` (must be ${row.expected})`}`,
    );
  }
  rmSync(unpacked, { recursive: true, force: true });
  const sorted = [...rows.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  mkdirSync(dirname(page), { recursive: true });
  writeFileSync(page, renderScoreboard(sorted));
  return { rows: sorted, regressions };
}

/** Folders with an `expected.md`, and packed recordings: the arguments themselves, or what stands in them. */
function recordingsIn(folders: readonly string[]): string[] {
  return folders.flatMap((folder) => {
    if (folder.endsWith('.tgz')) return [folder];
    const below = readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
    return [folder, ...below].filter((f) => f.endsWith('.tgz') || existsSync(join(f, 'expected.md')));
  });
}

/** Plumb's answer about a recording: `undefined` where it gave none, `not asked` where it was not asked. */
export type AnswerTo = (expected: Expected, folder: string) => Promise<Answer | undefined | 'not asked'>;

/** Asks Plumb about what was recorded. */
export const answerOffline: AnswerTo = async ({ words }, folder) => {
  const plumb = join(repository, 'dist/plumb.js');
  if (!existsSync(plumb)) throw new UserError('dist/plumb.js is missing', 'npm run build');
  const command = [process.execPath, plumb, ...words, '--from', folder, '-o', 'json'];
  return parse((await run(command, { timeoutMs: 120_000 })).stdout);
};

/** What Plumb answered on the running cluster while the recording was made. */
export const answerLive: AnswerTo = (_, folder) => {
  const path = liveAnswerOf(folder);
  return Promise.resolve(existsSync(path) ? parse(readFileSync(path, 'utf8')) : 'not asked');
};

function parse(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return undefined;
  }
}
