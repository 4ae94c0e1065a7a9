import { spawnSync } from 'node:child_process';
import { WORK_FOLDER, recordingInput } from './inputs.ts';
import { type Contender, type Costs, contest } from './measure.ts';
import type { RunOptions } from './parse-benchmarks.ts';
import { type Row, partRow } from './report.ts';

/**
 * Start: what a user waits for on a small cluster, against starting node for nothing. `--help`, and the main command on a
 * recording of 100 Services and 300 pods with the rules of one node and of three.
 */
export function benchStart({ rounds }: RunOptions): Row[] {
  const built = spawnSync('node', [new URL('../scripts/build.mjs', import.meta.url).pathname]);
  if (built.status !== 0) throw new Error(`the build failed: ${String(built.stderr)}`);
  const program = new URL('../dist/plumb.js', import.meta.url).pathname;
  const check = (nodes: number): Contender => ({
    name: 'plumb svc/NAME',
    // Undetermined: the recording leaves out kinds that no rule of a healthy Service needs.
    command: ['node', program, 'svc/service-3', '-n', 'team-3', '--from', recordingInput(100, nodes)],
    exitCode: 2,
  });
  const contenders: Contender[] = [
    { name: 'node -e 0', command: ['node', '-e', '0'] },
    { name: 'plumb --help', command: ['node', program, '--help'] },
    check(1),
    check(3),
  ];
  const [floor, help, one, three] = contest(contenders, rounds * 3, WORK_FOLDER) as [
    Costs,
    Costs,
    Costs,
    Costs,
  ];
  return [
    partRow('start', '--help', help, floor, 2),
    partRow('start', 'svc/NAME, 100 Services, 1 node', one, floor, 3),
    partRow('start', 'svc/NAME, 100 Services, 3 nodes', three, floor, 3),
  ];
}
