import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { requireMachine } from '../build/needs.ts';
import { Lab } from '../cluster/lab.ts';
import type { LabShape, ProxyMode } from '../cluster/layout.ts';
import { chooseFaults } from '../faults/choose-faults.ts';
import type { Fault } from '../faults/fault.ts';
import { recordingName } from '../harness.ts';
import { holder, isInside, tearDown } from '../machine/enclosure.ts';
import { UserError } from '../user-error.ts';
import { doneFile, recordInside } from './record-inside.ts';
import { again, up } from './up.ts';

/** Records one fault or all of a mode, in the lab that is up or in one of its own. */
export async function record(
  positionals: readonly string[],
  shape: LabShape,
  { onlyMissing, isLive }: { readonly onlyMissing: boolean; readonly isLive: boolean },
): Promise<number> {
  const [name = '', mode = '', folder = ''] = positionals;
  if (folder === '') throw new UserError('usage: lab record FAULT|all MODE DIR');
  const wanted = name.split(',');
  const { family } = isInside() ? Lab.current().shape : shape;
  const chosen = chooseFaults(name, { mode: mode as ProxyMode, family });
  if (chosen.length === 0) throw new UserError(`no fault ${name} in ${mode} mode`, 'npm run lab -- faults');
  if (isInside()) {
    return recordInside(chosen, resolve(folder), name === 'all' || wanted.length > 1, isLive);
  }
  requireMachine();
  const wasUp = holder() !== undefined;
  const wantedLab = new Lab({ ...shape, mode: mode as ProxyMode });
  const isThere = (f: Fault): boolean => existsSync(join(folder, recordingName(wantedLab, f), 'expected.md'));
  let remaining = chosen.filter((f) => !onlyMissing || !isThere(f)).map((f) => f.name);
  let failed = 0;
  while (remaining.length > 0) {
    if (holder() === undefined) {
      const upArgs = ['up', '--mode', mode, '--nodes', String(shape.nodes), '--ip-family', shape.family];
      const upCode = await up(shape.olderKubeProxy ? [...upArgs, '--older-kube-proxy'] : upArgs, {
        ...shape,
        mode: mode as ProxyMode,
      });
      if (upCode !== 0) return upCode;
    }
    const done = doneFile(folder, mode);
    rmSync(done, { force: true });
    const many = name === 'all' || wanted.length > 1;
    const words = ['record', remaining.join(',') + (many ? ',' : ''), mode, folder];
    const code = await again(isLive ? [...words, '--live'] : words, undefined);
    if (code === 0 || remaining.length === 1) {
      failed += code === 0 ? 0 : 1;
      break;
    }
    // A lab that could not be healed is thrown away; the faults after that one go on in a new one.
    const last = existsSync(done) ? readFileSync(done, 'utf8') : '';
    const next = remaining.indexOf(last) + 1;
    failed += 1;
    await tearDown();
    remaining = next === 0 ? [] : remaining.slice(next);
  }
  rmSync(doneFile(folder, mode), { force: true });
  if (!wasUp) await tearDown();
  return failed > 0 ? 1 : 0;
}
