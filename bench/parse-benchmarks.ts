import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import type { IptablesForm } from './generate/iptables-rules.ts';
import { WORK_FOLDER, iptablesInput, nftInput } from './inputs.ts';
import { type Contender, type Costs, contest, growthExponent, median } from './measure.ts';
import { type Row, partRow, secondsText } from './report.ts';

/** How a benchmark is run. */
export interface RunOptions {
  readonly rounds: number;
}

const subject = (name: string): string => `${WORK_FOLDER}/${name}.js`;
const ours = (path: string, reader: 'parse' | 'parse-nft' = 'parse'): Contender => ({
  name: 'plumb',
  command: ['node', subject(reader), path],
});
const empty: Contender = { name: 'node -e 0', command: ['node', '-e', '0'] };

/** Peers of B1 that read a whole dump, with the goal each sets: ours must be so many times as fast. */
const PEERS: readonly { id: string; goal: number; peer: (path: string) => Contender }[] = [
  {
    id: 'B1',
    goal: 10,
    peer: (path) => ({
      name: 'iptables-nft-restore --test',
      command: ['unshare', '-n', 'iptables-nft-restore', '--test', path],
    }),
  },
  {
    id: 'B1',
    goal: 10,
    peer: (path) => ({
      name: 'iptables-legacy-restore --test',
      command: ['unshare', '-n', 'iptables-legacy-restore', '--test', path],
    }),
  },
  {
    id: 'B1b',
    goal: 12,
    peer: (path) => ({
      name: 'iptables-restore-translate',
      command: ['iptables-restore-translate', '-f', path],
    }),
  },
  {
    id: 'B1c',
    goal: 5,
    peer: (path) => ({
      name: 'Python, re',
      command: ['python3', new URL('../bench/peers/tokenize.py', import.meta.url).pathname, path],
    }),
  },
  {
    id: 'B1c',
    goal: 2.5,
    peer: (path) => ({
      name: 'JavaScript, split and regex',
      command: ['node', subject('split-regex'), path],
    }),
  },
  {
    id: 'B1d',
    goal: 1 / 1.3,
    peer: (path) => ({ name: 'wc, C locale', command: ['env', 'LC_ALL=C', 'wc', path] }),
  },
];

/** Throws unless the dump at `path` is understood to its last rule. */
function verify(path: string): number {
  const lines = spawnSync('grep', ['-c', '^-A', path], { encoding: 'utf8' });
  const { stdout } = spawnSync('node', [subject('count-rules'), path], { encoding: 'utf8' });
  const { rules, unknown, issues } = JSON.parse(stdout) as { rules: number; unknown: number; issues: number };
  if (rules !== Number(lines.stdout) || unknown > 0 || issues > 0)
    throw new Error(`${path} was not understood: ${stdout}`);
  return rules;
}

/** B1 to B1d: parse and index a node of 10,000 Services and 100,000 endpoints, against those of `ids`. */
export function benchReading(ids: ReadonlySet<string>, { rounds }: RunOptions): Row[] {
  const chosen = PEERS.filter(({ id }) => ids.has(id));
  return (['comments', 'large'] as const).flatMap((form) => {
    const path = iptablesInput(10_000, form);
    verify(path);
    const [mine, ...others] = contest(
      [ours(path), ...chosen.map(({ peer }) => peer(path))],
      rounds,
      WORK_FOLDER,
    );
    return chosen.map(({ id, goal }, index) =>
      speedRow(id, `10k × 100k, ${form}`, mine as Costs, others[index] as Costs, goal),
    );
  });
}

function speedRow(id: string, input: string, mine: Costs, other: Costs, goal: number): Row {
  const ratio = median(other.seconds) / median(mine.seconds);
  const isTimes = goal >= 1;
  return {
    id,
    input,
    ours: secondsText(mine),
    peer: `${other.name}: ${secondsText(other)}`,
    ratio: isTimes ? `${ratio.toFixed(1)} times as fast` : `${(1 / ratio).toFixed(2)} of its time`,
    goal: isTimes ? `≥ ${goal}` : `≤ ${(1 / goal).toFixed(1)}`,
    isMet: ratio >= goal,
  };
}

/** B6 and B6b: memory to hold a parsed node of 10,000 Services. */
export function benchMemory({ rounds }: RunOptions): Row[] {
  const form: IptablesForm = 'large';
  const path = iptablesInput(10_000, form);
  const rules = verify(path);
  const restore = PEERS[0]?.peer(path) as Contender;
  const [mine, peer, floor] = contest([ours(path), restore, empty], rounds, WORK_FOLDER) as [
    Costs,
    Costs,
    Costs,
  ];
  const megabytes = (costs: Costs): string => `${Math.round(median(costs.kilobytes) / 1024)} MB`;
  const ratio = median(mine.kilobytes) / median(peer.kilobytes);
  const held = (median(mine.kilobytes) - median(floor.kilobytes)) * 1024 - statSync(path).size;
  return [
    {
      id: 'B6',
      input: `10k × 100k, ${form}, parsed`,
      ours: megabytes(mine),
      peer: `${peer.name}: ${megabytes(peer)}`,
      ratio: `${ratio.toFixed(2)} of its memory`,
      goal: '≤ 0.5',
      isMet: ratio <= 0.5,
    },
    {
      id: 'B6b',
      input: `10k × 100k, ${form}, parsed`,
      ours: `${Math.round(held / rules)} bytes a rule`,
      peer: 'above empty node, text excluded',
      ratio: '',
      goal: '≤ 200',
      isMet: held / rules <= 200,
    },
  ];
}

/** B7: how CPU time and memory of parsing grow from 5,000 to 40,000 Services. */
export function benchGrowth({ rounds }: RunOptions): Row[] {
  const sizes = [5000, 10_000, 20_000, 40_000];
  const paths = sizes.map((size) => iptablesInput(size, 'comments'));
  const [floor, ...costs] = contest([empty, ...paths.map((path) => ours(path))], rounds, WORK_FOLDER) as [
    Costs,
    ...Costs[],
  ];
  const exponent = (pick: (costs: Costs) => readonly number[]): number =>
    growthExponent(costs.map((each, index) => [sizes[index] ?? 1, median(pick(each)) - median(pick(floor))]));
  const [time, memory] = [exponent(({ cpuSeconds }) => cpuSeconds), exponent(({ kilobytes }) => kilobytes)];
  const input = '5k to 40k, comments';
  const all = costs.map((each) => median(each.cpuSeconds).toFixed(2)).join(', ');
  return [
    {
      id: 'B7',
      input,
      ours: `${all} s of CPU`,
      peer: 'itself',
      ratio: `exponent ${time.toFixed(2)}`,
      goal: '≤ 1.10',
      isMet: time <= 1.1,
    },
    {
      id: 'B7',
      input,
      ours: `${costs.map((each) => Math.round(median(each.kilobytes) / 1024)).join(', ')} MB`,
      peer: 'itself',
      ratio: `exponent ${memory.toFixed(2)}`,
      goal: '≤ 1.02',
      isMet: memory <= 1.02,
    },
  ];
}

/** B2e: reading what nft lists of 10,000 Services, JSON and text, against Node's own reader of the JSON. */
export function benchNft({ rounds }: RunOptions): Row[] {
  const [json, text] = [nftInput(10_000, 'json'), nftInput(10_000, 'text')];
  const bare: Contender = { name: 'JSON.parse', command: ['node', subject('json-parse'), json] };
  const contenders = [ours(json, 'parse-nft'), bare, ours(text, 'parse-nft')];
  const [mine, peer, mineText] = contest(contenders, rounds, WORK_FOLDER) as [Costs, Costs, Costs];
  const ratio = median(mine.kilobytes) / median(peer.kilobytes);
  const megabytes = (costs: Costs): string => `${Math.round(median(costs.kilobytes) / 1024)} MB`;
  return [
    partRow('B2e', '10k × 100k, nft -j', mine, peer, 0.6),
    {
      id: 'B2e',
      input: '10k × 100k, nft -j',
      ours: megabytes(mine),
      peer: `${peer.name}: ${megabytes(peer)}`,
      ratio: `${ratio.toFixed(2)} of its memory`,
      goal: '≤ 0.5',
      isMet: ratio <= 0.5,
    },
    partRow('B2e', '10k × 100k, nft text', mineText, peer, 0.6),
  ];
}

/** B9: a node of a hundred Services, against starting node for nothing. */
export function benchSmall({ rounds }: RunOptions): Row[] {
  const path = iptablesInput(100, 'comments');
  verify(path);
  const [mine, floor] = contest([ours(path), empty], rounds * 3, WORK_FOLDER) as [Costs, Costs];
  return [partRow('B9', '100 × 1k, comments, parsed', mine, floor, 2)];
}
