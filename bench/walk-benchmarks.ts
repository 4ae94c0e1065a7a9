import { spawnSync } from 'node:child_process';
import { WORK_FOLDER, clusterOf, iptablesInput } from './inputs.ts';
import { type Contender, type Costs, contest, median } from './measure.ts';
import type { RunOptions } from './parse-benchmarks.ts';
import { type Row, partRow, secondsText } from './report.ts';

const FORM = 'large';

/** B3, B3b and B3c: one Service of 10,000, from every class of clients: from the dump against greps, and against iptables on a node; in memory against no index. */
export function benchWalk(ids: ReadonlySet<string>, { rounds }: RunOptions): Row[] {
  const path = iptablesInput(10_000, FORM);
  const service = clusterOf(10_000).services[5000];
  if (service === undefined) throw new Error('the cluster is too small');
  const target = [service.clusterIp, String(service.port)];
  return [
    ...(ids.has('B3') ? [fromDump(path, target, rounds)] : []),
    ...(ids.has('B3b') ? [againstNode(path, target, rounds)] : []),
    ...(ids.has('B3c') ? [inMemory(path, target)] : []),
  ];
}

const ours = (path: string, target: readonly string[]): Contender => ({
  name: 'plumb',
  command: ['node', `${WORK_FOLDER}/walk-one.js`, path, ...target],
});
const peer = (name: string): string => new URL(`../bench/peers/${name}`, import.meta.url).pathname;

function fromDump(path: string, target: readonly string[], rounds: number): Row {
  const script = peer('grep-service.sh');
  const greps: Contender = {
    name: 'twelve greps',
    command: ['env', 'LC_ALL=C', 'sh', script, path, target[0] ?? '', `${WORK_FOLDER}/greps`],
  };
  const [mine, other] = contest([ours(path, target), greps], rounds, WORK_FOLDER) as [Costs, Costs];
  return partRow('B3', `one of 10k × 100k, ${FORM}`, mine, other, 1.5);
}

/** In a network namespace that holds the rules: loading them is not timed. */
function againstNode(path: string, target: readonly string[], rounds: number): Row {
  const name = 'plumb-bench';
  const run = (...words: readonly string[]): void => {
    const { status, stderr } = spawnSync('ip', words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`ip ${words.join(' ')}: ${stderr}`);
  };
  run('netns', 'add', name);
  try {
    run('netns', 'exec', name, 'iptables-legacy-restore', path);
    const lists: Contender = {
      name: 'twelve times iptables-legacy -S',
      command: ['ip', 'netns', 'exec', name, 'sh', peer('list-service.sh'), target[0] ?? ''],
    };
    const [mine, other] = contest([ours(path, target), lists], rounds, WORK_FOLDER) as [Costs, Costs];
    const ratio = median(other.seconds) / median(mine.seconds);
    return {
      id: 'B3b',
      input: `one of 10k × 100k, ${FORM}`,
      ours: secondsText(mine),
      peer: `${other.name}: ${secondsText(other)}`,
      ratio: `${ratio.toFixed(1)} times as fast`,
      goal: '≥ 30',
      isMet: ratio >= 30,
    };
  } finally {
    run('netns', 'delete', name);
  }
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
