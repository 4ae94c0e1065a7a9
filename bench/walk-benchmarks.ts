import { spawnSync } from 'node:child_process';
import { WORK_FOLDER, clusterOf, iptablesInput } from './inputs.ts';
import { type Contender, type Costs, contest } from './measure.ts';
import type { RunOptions } from './parse-benchmarks.ts';
import { type Row, partRow } from './report.ts';

const FORM = 'large';

/** B3 and B3c: one Service of 10,000, from every class of clients: from the dump against greps, in memory against no index. */
export function benchWalk(ids: ReadonlySet<string>, { rounds }: RunOptions): Row[] {
  const path = iptablesInput(10_000, FORM);
  const service = clusterOf(10_000).services[5000];
  if (service === undefined) throw new Error('the cluster is too small');
  const target = [service.clusterIp, String(service.port)];
  return [
    ...(ids.has('B3') ? [fromDump(path, target, rounds)] : []),
    ...(ids.has('B3c') ? [inMemory(path, target)] : []),
  ];
}

function fromDump(path: string, target: readonly string[], rounds: number): Row {
  const ours: Contender = {
    name: 'plumb',
    command: ['node', `${WORK_FOLDER}/walk-one.js`, path, ...target],
  };
  const script = new URL('../bench/peers/grep-service.sh', import.meta.url).pathname;
  const greps: Contender = {
    name: 'twelve greps',
    command: ['env', 'LC_ALL=C', 'sh', script, path, target[0] ?? '', `${WORK_FOLDER}/greps`],
  };
  const [mine, other] = contest([ours, greps], rounds, WORK_FOLDER) as [Costs, Costs];
  return partRow('B3', `one of 10k × 100k, ${FORM}`, mine, other, 1.5);
}

function inMemory(path: string, target: readonly string[]): Row {
  const { stdout } = spawnSync('node', [`${WORK_FOLDER}/walk-memory.js`, path, ...target], {
    encoding: 'utf8',
  });
  const { same, indexed, linear } = JSON.parse(stdout) as { same: boolean; indexed: number; linear: number };
  if (!same) throw new Error('the index changes what the walk finds');
  const ratio = linear / indexed;
  return {
    id: 'B3c',
    input: `one of 10k × 100k, ${FORM}`,
    ours: `${(indexed * 1e6).toFixed(0)} µs`,
    peer: `no index: ${(linear * 1e6).toFixed(0)} µs`,
    ratio: `${ratio.toFixed(1)} times as fast`,
    goal: '≥ 15',
    isMet: ratio >= 15,
  };
}
