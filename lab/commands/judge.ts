import { resolve } from 'node:path';
import { Lab } from '../cluster/lab.ts';
import { judgeRules } from '../kernel-judge/judge-rules.ts';
import { judgeShares } from '../kernel-judge/judge-shares.ts';
import { readLabWorld } from '../kernel-judge/lab-packets.ts';
import { isInside } from '../machine/enclosure.ts';
import { say } from '../say.ts';
import { again } from './up.ts';

/** Connections for each Service whose shares are judged. */
const connections = 400;

/** Holds the walk against the lab's kernels; returns the exit code. */
export async function judge(args: readonly string[], recording: string | undefined): Promise<number> {
  if (!isInside()) return again(args, undefined);
  const lab = Lab.current();
  const world = await readLabWorld(lab, recording === undefined ? undefined : resolve(recording));
  const rules = await judgeRules(lab, world);
  say(
    `${rules.packets} packets met ${rules.rules} rules, ${rules.disagreements.length} otherwise than the walk says`,
  );
  const shares = await judgeShares(lab, world, connections);
  say(
    `${shares.packets} connections, ${shares.disagreements.length} Services shared otherwise than the walk says`,
  );
  const disagreements = [...rules.disagreements, ...shares.disagreements];
  for (const text of disagreements) process.stdout.write(`${text}\n`);
  return disagreements.length > 0 ? 1 : 0;
}
