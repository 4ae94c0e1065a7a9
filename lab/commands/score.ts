import { join } from 'node:path';
import { repository } from '../machine/places.ts';
import { say } from '../say.ts';
import { answerLive, answerOffline, score } from '../score/score.ts';

const shipped = ['scenarios/recordings', 'lab/recordings'].map((f) => join(repository, f));

/** Asks Plumb about recordings and writes the scoreboard; returns the exit code. */
export async function scoreRecordings(folders: readonly string[], isLive: boolean): Promise<number> {
  const where = folders.length > 0 ? folders : shipped;
  const page = join(repository, isLive ? 'docs/scoreboard-live.md' : 'docs/scoreboard.md');
  const { rows, regressions } = await score(where, page, say, isLive ? answerLive : answerOffline);
  const right = rows.filter((r) => r.causeRight).length;
  process.stdout.write(`first cause right: ${right} of ${rows.length}\n`);
  for (const name of regressions) process.stderr.write(`lab: ${name} was right before\n`);
  return regressions.length > 0 ? 1 : 0;
}
