import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { WORK_FOLDER } from './inputs.ts';
import { type Contender, contest, median } from './measure.ts';
import type { RunOptions } from './parse-benchmarks.ts';
import { type Row, partRow } from './report.ts';

const GREATEST_MB = 300;

/** A simulated API server, and how to name it. */
interface Served {
  readonly kubeconfig: string;
  readonly stop: () => void;
}

/**
 * What a running cluster costs by its size, over a simulated API server that lets nothing but objects be read: one Service of a thousand against one of ten,
 * its namespace small or holding everything, and the memory of what lists 150,000 pods.
 */
export async function benchLive(ids: ReadonlySet<string>, { rounds }: RunOptions): Promise<Row[]> {
  const built = spawnSync('node', [new URL('../scripts/build.mjs', import.meta.url).pathname]);
  if (built.status !== 0) throw new Error(`the build failed: ${String(built.stderr)}`);
  return [
    ...(ids.has('live-scale') ? await benchScale(rounds) : []),
    ...(ids.has('live-memory') ? await benchMemory() : []),
  ];
}

async function benchScale(rounds: number): Promise<Row[]> {
  const sizes = [
    await serve('10', '3'),
    await serve('1000', '5'),
    await serve('1000', '5', 'one-namespace'),
  ] as const;
  const ask = ({ kubeconfig }: Served, namespace: string): Contender =>
    plumb(['svc/service-3', '-n', namespace, '--kubeconfig', kubeconfig]);
  const costs = contest(
    [ask(sizes[0], 'team-3'), ask(sizes[1], 'team-3'), ask(sizes[2], 'team-0')],
    rounds,
    WORK_FOLDER,
  );
  for (const { stop } of sizes) stop();
  const [small, large, crowded] = costs;
  if (small === undefined || large === undefined || crowded === undefined) throw new Error('no costs');
  const peer = { ...small, name: 'of 10 Services and 30 pods' };
  return [
    partRow('live-scale', 'svc/NAME, 1,000 Services, 5,000 pods in 97 namespaces', large, peer, 1.5),
    partRow('live-scale', 'svc/NAME, all of them in its namespace', crowded, peer, 1.5),
  ];
}

async function benchMemory(): Promise<Row[]> {
  const { kubeconfig, stop } = await serve('15000', '10');
  const rows = (
    [
      ['svc/NAME', ['svc/service-3', '-n', 'team-3']],
      ['capture -A', ['capture', '-o', `${WORK_FOLDER}/capture.tgz`]],
    ] as const
  ).map(([name, words]): Row => {
    const [costs] = contest([plumb([...words, '--kubeconfig', kubeconfig])], 1, WORK_FOLDER);
    const megabytes = median(costs?.kilobytes ?? []) / 1000;
    return {
      id: 'live-memory',
      input: `${name}, 150,000 pods in the API`,
      ours: `${megabytes.toFixed(0)} MB, ${median(costs?.seconds ?? []).toFixed(1)} s`,
      peer: '',
      ratio: '',
      goal: `≤ ${GREATEST_MB} MB`,
      isMet: megabytes <= GREATEST_MB,
    };
  });
  stop();
  return rows;
}

/** Undetermined is what it must say without the right to see a node. */
function plumb(words: readonly string[]): Contender {
  const program = new URL('../dist/plumb.js', import.meta.url).pathname;
  return { name: 'plumb', command: ['node', program, ...words], exitCode: words[0] === 'capture' ? 0 : 2 };
}

async function serve(...words: readonly string[]): Promise<Served> {
  const child = spawn('node', [`${WORK_FOLDER}/api-server.js`, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const name = 'bench';
  const config = {
    clusters: [{ name, cluster: { server: line.toString().trim() } }],
    users: [{ name, user: { token: 'none' } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  mkdirSync(WORK_FOLDER, { recursive: true });
  const kubeconfig = `${WORK_FOLDER}/kubeconfig-${words.join('-')}`;
  writeFileSync(kubeconfig, JSON.stringify(config));
  return { kubeconfig, stop: () => child.stdin.end() };
}
