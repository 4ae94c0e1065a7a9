import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { WORK_FOLDER, auditInput, clusterOf, nftInput } from './inputs.ts';
import { type Contender, type Costs, contest, median } from './measure.ts';
import type { RunOptions } from './parse-benchmarks.ts';
import { type Row, secondsText } from './report.ts';

type Mode = 'iptables' | 'nftables';

const program = new URL('../dist/plumb.js', import.meta.url).pathname;
const rulesOf = (folder: string, mode: Mode): string =>
  `${folder}/nodes/node-0/${mode === 'nftables' ? 'nft-ruleset.json' : 'iptables-save.txt'}`;

/** Which audit is held against which peer, and how many times as fast it shall be. */
const RACES: readonly {
  id: string;
  services: number;
  mode: Mode;
  goal: number;
  peer: (rules: string) => Contender;
}[] = [
  { id: 'B2', services: 10_000, mode: 'iptables', goal: 5, peer: restore },
  { id: 'B2b', services: 20_000, mode: 'iptables', goal: 12, peer: restore },
  {
    id: 'B2c',
    services: 2_500,
    mode: 'nftables',
    goal: 100,
    // Of its own JSON nft takes no map before the chains that it names.
    peer: () => ({
      name: 'nft -c -f, as text',
      command: ['unshare', '-n', 'nft', '-c', '-f', nftInput(2500, 'text')],
    }),
  },
  {
    id: 'B2d',
    services: 10_000,
    mode: 'nftables',
    goal: 2.5,
    peer: (rules) => ({ name: 'jq length', command: ['jq', '.nftables|length', rules] }),
  },
];

/**
 * The audit of all Services from what one node and the API list (no pods), the whole process, against programs that read the same rules. Before it is timed,
 * the answer is: nothing but the Services without endpoints, and in a copy with one wrong port that Service too.
 */
export function benchAudit(ids: ReadonlySet<string>, { rounds }: RunOptions): Row[] {
  const built = spawnSync('node', [new URL('../scripts/build.mjs', import.meta.url).pathname]);
  if (built.status !== 0) throw new Error(`the build failed: ${String(built.stderr)}`);
  for (const mode of ['iptables', 'nftables'] as const) needRightAnswer(mode);
  return RACES.filter(({ id }) => ids.has(id)).map(({ id, services, mode, goal, peer }) => {
    const folder = auditInput(services, mode);
    const audit = { name: 'plumb audit', command: ['node', program, 'audit', '-A', '--from', folder] };
    const contenders: Contender[] = [{ ...audit, exitCode: 1 }, peer(rulesOf(folder, mode))];
    const [mine, other] = contest(contenders, rounds, WORK_FOLDER) as [Costs, Costs];
    const ratio = median(other.seconds) / median(mine.seconds);
    return {
      id,
      input: `audit, ${mode}, ${services / 1000}k × ${services / 100}k`,
      ours: `${secondsText(mine)}, ${(median(mine.kilobytes) / 1000).toFixed(0)} MB`,
      peer: `${other.name}: ${secondsText(other)}`,
      ratio: `${ratio.toFixed(2)} times as fast`,
      goal: `≥ ${goal}`,
      isMet: ratio >= goal,
    };
  });
}

function restore(rules: string): Contender {
  return {
    name: 'iptables-nft-restore --test',
    command: ['unshare', '-n', 'iptables-nft-restore', '--test', rules],
  };
}

/** Throws where the audit of 1,000 Services says anything that is not so, or misses what is planted. */
function needRightAnswer(mode: Mode): void {
  const { services } = clusterOf(1000);
  const idle = services.filter(({ endpoints }) => endpoints.length === 0).map(subjectOf);
  const clean = auditInput(1000, mode);
  needEqual(failing(clean), idle);
  const victim = services[500];
  const [endpoint] = victim?.endpoints ?? [];
  if (victim === undefined || endpoint === undefined) throw new Error('the victim has no endpoint');
  const mutated = `${WORK_FOLDER}/audit-mutated`;
  rmSync(mutated, { recursive: true, force: true });
  cpSync(clean, mutated, { recursive: true });
  const rules = readFileSync(rulesOf(clean, mode), 'utf8');
  const [before, after] =
    mode === 'nftables'
      ? [`"addr": "${endpoint}", "port": ${victim.targetPort}}`, `"addr": "${endpoint}", "port": 1}`]
      : [`--to-destination ${endpoint}:${victim.targetPort}\n`, `--to-destination ${endpoint}:1\n`];
  if (!rules.includes(before)) throw new Error(`the rules do not hold ${before}`);
  writeFileSync(rulesOf(mutated, mode), rules.replace(before, after));
  needEqual(failing(mutated), [...idle, subjectOf(victim)]);
}

function subjectOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

/** The Services that the audit calls broken or degraded. */
function failing(folder: string): string[] {
  const { stdout } = spawnSync('node', [program, 'audit', '-A', '-o', 'json', '--from', folder], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const { services } = JSON.parse(stdout) as { services: readonly { subject: string; verdict: string }[] };
  return services.flatMap(({ subject, verdict }) =>
    verdict === 'broken' || verdict === 'degraded' ? [subject] : [],
  );
}

function needEqual(found: readonly string[], wanted: readonly string[]): void {
  const [a, b] = [[...found].sort().join(' '), [...wanted].sort().join(' ')];
  if (a !== b) throw new Error(`the audit is wrong: it tells ${a}; it should tell ${b}`);
}
