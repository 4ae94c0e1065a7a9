import { join } from 'node:path';
import { missingBinaries } from '../build/binaries.ts';
import { requireMachine } from '../build/needs.ts';
import type { LabShape } from '../cluster/layout.ts';
import { startLab } from '../cluster/start-lab.ts';
import { enclose, enter, isInside, tearDown } from '../machine/enclosure.ts';
import { home } from '../machine/places.ts';
import { say } from '../say.ts';
import { UserError } from '../user-error.ts';

/** Starts a lab, in an enclosure of its own; returns the exit code. What fails leaves nothing. */
export async function up(args: readonly string[], shape: LabShape): Promise<number> {
  if (isInside()) {
    await startLab(shape, say);
    return 0;
  }
  requireMachine();
  const missing = missingBinaries(shape.olderKubeProxy);
  if (missing.length > 0) throw new UserError(`not built: ${missing.join(' ')}`, 'npm run lab:build');
  await enclose();
  const code = await again(args, undefined).catch(() => 1);
  if (code !== 0) {
    const kept = process.env['LAB_KEEP_LOGS'];
    if (kept !== undefined) await enter(undefined, ['cp', '-r', join(home, 'logs'), kept]);
    await tearDown();
  }
  return code;
}

/** Runs this same program inside the lab. */
export async function again(args: readonly string[], netns: string | undefined): Promise<number> {
  return enter(netns, [process.execPath, process.argv[1] ?? '', ...args]);
}
