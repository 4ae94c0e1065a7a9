import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Lab } from '../cluster/lab.ts';
import type { Fault } from '../faults/fault.ts';
import { recordFault, recordingName } from '../harness.ts';
import { say } from '../say.ts';

/** Names the fault that was begun last. */
export function doneFile(folder: string, mode: string): string {
  return join(resolve(folder), `.last-fault-${mode}`);
}

/** Records faults one after the other from within the lab; ends with 2 where one does not heal. */
export async function recordInside(
  chosen: readonly Fault[],
  folder: string,
  many: boolean,
  isLive: boolean,
): Promise<number> {
  const lab = Lab.current();
  let unproven = 0;
  mkdirSync(folder, { recursive: true });
  for (const fault of chosen) {
    const target = many ? join(folder, recordingName(lab, fault)) : folder;
    if (many) writeFileSync(doneFile(folder, lab.shape.mode), fault.name);
    const outcome = await recordFault(lab, fault, target, isLive);
    say(
      `${fault.name}: ${outcome.recorded ? 'recorded' : 'NOT RECORDED'}${outcome.why === undefined ? '' : ` (${outcome.why})`}`,
    );
    if (outcome.recorded && many) {
      appendFileSync(join(folder, 'INDEX'), indexLine(lab, fault));
    }
    if (!outcome.recorded) unproven += 1;
    if (!outcome.healed) return 2;
  }
  return unproven > 0 ? 1 : 0;
}

function indexLine(lab: Lab, fault: Fault): string {
  const cause = fault.causes.length === 0 ? 'none' : fault.causes.join('|');
  const time = new Date().toISOString().slice(11, 16);
  return `${recordingName(lab, fault)}  svc/${fault.service}  ${fault.verdicts.join('|')}  ${cause}  ${fault.nodes?.join(',') ?? ''}  ${time}\n`;
}
