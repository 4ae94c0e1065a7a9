import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runEmulated } from '../emulated/machine.ts';
import { chooseFaults } from '../faults/choose-faults.ts';
import { UserError } from '../user-error.ts';

/** Records faults in IPVS mode inside an emulated machine, those that need both families in a lab of their own; returns the exit code. */
export async function emulated(positionals: readonly string[], isLive: boolean): Promise<number> {
  const [folder = '', names = 'all'] = positionals;
  if (folder === '') throw new UserError('usage: lab emulated DIR [FAULT,…] [--live]');
  const self = `'${process.execPath}' '${resolve(process.argv[1] ?? '')}'`;
  const each = (['ipv4', 'dual'] as const).flatMap((family) => {
    const own = chooseFaults(names, { mode: 'ipvs', family }).filter(
      (f) => (f.families?.[0] ?? 'ipv4') === family,
    );
    if (own.length === 0) return [];
    const list = own.map((f) => `${f.name},`).join('');
    return [`${self} record ${list} ipvs /out --ip-family ${family}${isLive ? ' --live' : ''} || code=$?`];
  });
  const code = await runEmulated(['code=0', ...each, 'exit $code'].join('; '), folder, 7_200_000);
  process.stdout.write(readFileSync(join(folder, 'emulated.log'), 'utf8'));
  return code;
}
