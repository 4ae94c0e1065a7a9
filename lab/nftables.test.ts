import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, until } from './machine/run.ts';

const out = mkdtempSync(join(tmpdir(), 'plumb-nftables-'));
const lab = ['node', 'dist/lab.js'];
const holderFile = '/run/plumb-lab-nftables.json';
const env = { PLUMB_LAB_HOLDER: holderFile };
const long = { timeoutMs: 2_400_000, env };

/** Command lines of the processes that belong to this lab or to its harness. */
function ours(): string[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const line = /^\d+$/u.test(name) ? readFileSync(`/proc/${name}/cmdline`, 'utf8') : '';
      const words = line.split('\0').join(' ');
      return words.includes(holderFile) || words.includes(out) || words.includes('plumb-lab/bin/')
        ? [words]
        : [];
    } catch {
      return [];
    }
  });
}

/** What the machine itself holds: processes of labs, rules, network devices, namespaces, mounts. */
async function machine(): Promise<object> {
  const texts = [['nft', 'list', 'ruleset'], ['ip', '-o', 'link'], ['ip', 'netns'], ['mount']].map(
    async (command) => (await run(command)).stdout,
  );
  return { processes: ours().length, texts: await Promise.all(texts) };
}

/** Starts the harness with `args`, and kills it as soon as `isTime`. */
async function killed(args: readonly string[], isTime: () => boolean): Promise<void> {
  const [file = '', ...words] = [...lab, ...args];
  const harness = spawn(file, words, { env: { ...process.env, ...env }, stdio: 'ignore' });
  await until('the moment to kill', 60_000, async () => isTime());
  harness.kill('SIGKILL');
}

describe('the lab in nftables mode', () => {
  let before: object = {};

  beforeAll(async () => {
    const bundled = await run(['npm', 'run', '-s', 'lab:bundle'], long);
    expect(bundled.code, bundled.stderr).toBe(0);
    const built = await run([...lab, 'build', '--newest'], long);
    expect(built.code, built.stderr).toBe(0);
    await run([...lab, 'down'], long);
    before = await machine();
  }, 2_400_000);

  afterAll(async () => {
    await run([...lab, 'down'], long);
    rmSync(out, { recursive: true, force: true });
  }, 60_000);

  it('leaves nothing behind after the harness was killed before it noted what it started', async () => {
    await killed(['up', '--mode', 'nftables'], () => ours().some((words) => words.includes('unshare')));
    const down = await run([...lab, 'down'], long);
    expect(down.stdout + down.stderr).toBe('down\n');
    expect(await machine()).toEqual(before);
  }, 120_000);

  it('goes through the rules that the walk names, rule by rule, and shares connections out as it says', async () => {
    const up = await run([...lab, 'up', '--mode', 'nftables'], long);
    expect(up.code, up.stderr).toBe(0);
    const judged = await run([...lab, 'judge'], long);
    expect(judged.code, judged.stdout + judged.stderr).toBe(0);
    expect(Number(/met (\d+) rules/u.exec(judged.stdout)?.[1])).toBeGreaterThan(1000);
  }, 2_400_000);

  it('leaves nothing behind after the harness was killed with a fault planted', async () => {
    const recording = join(out, 'r17');
    await killed(['record', 'r17-table-missing', 'nftables', recording], () => existsSync(recording));
    const down = await run([...lab, 'down'], long);
    expect(down.stdout + down.stderr).toBe('down\n');
    await until(
      'the end of the harness',
      10_000,
      async () => JSON.stringify(await machine()) === JSON.stringify(before),
    );
    expect(existsSync(holderFile)).toBe(false);
  }, 300_000);
});
