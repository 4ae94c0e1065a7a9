import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, until } from './machine/run.ts';

const out = mkdtempSync(join(tmpdir(), 'plumb-nftables-'));
const lab = ['node', 'dist/lab.js'];
const holderFile = '/run/plumb-lab-nftables.json';
const env = { PLUMB_LAB_HOLDER: holderFile };
const long = { timeoutMs: 2_400_000, env };

/** Of each process that is there, what `read` makes of its folder in /proc; processes that end meanwhile are left out. */
function processes<T>(read: (folder: string) => T): T[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      return /^\d+$/u.test(name) ? [read(`/proc/${name}`)] : [];
    } catch {
      return [];
    }
  });
}

/** Command lines of this harness, and of what holds its lab. */
function ours(): string[] {
  return processes((folder) => readFileSync(`${folder}/cmdline`, 'utf8').split('\0').join(' ')).filter(
    (words) => words.includes(holderFile) || words.includes(out),
  );
}

/** How many processes live in a PID namespace. */
function inhabitants(space: string): number {
  return processes((folder) => readlinkSync(`${folder}/ns/pid`)).filter((own) => own === space).length;
}

/** What the machine's own kernel holds of any lab: rules, devices, mounts. */
async function machine(): Promise<readonly string[]> {
  const commands = [['nft', 'list', 'ruleset'], ['ip', '-o', 'link'], ['mount']];
  const printed = await Promise.all(commands.map(async (command) => (await run(command)).stdout));
  return printed.flatMap((text) =>
    text.split('\n').filter((line) => /plumb-lab|br-lab|\bp-|cni0|KUBE-|kube-proxy/u.test(line)),
  );
}

/** Starts the harness with `args`, and kills it as soon as `isTime`. */
async function killed(args: readonly string[], isTime: () => boolean): Promise<void> {
  const [file = '', ...words] = [...lab, ...args];
  const harness = spawn(file, words, { env: { ...process.env, ...env }, stdio: 'ignore' });
  await until('the moment to kill', 60_000, async () => isTime());
  harness.kill('SIGKILL');
}

describe('the lab in nftables mode', () => {
  beforeAll(async () => {
    const bundled = await run(['npm', 'run', '-s', 'lab:bundle'], long);
    expect(bundled.code, bundled.stderr).toBe(0);
    const built = await run([...lab, 'build', '--newest'], long);
    expect(built.code, built.stderr).toBe(0);
    await run([...lab, 'down'], long);
  }, 2_400_000);

  afterAll(async () => {
    await run([...lab, 'down'], long);
    rmSync(out, { recursive: true, force: true });
  }, 60_000);

  it('leaves nothing behind after the harness was killed before it noted what it started', async () => {
    await killed(['up', '--mode', 'nftables'], () => ours().some((words) => words.includes('unshare')));
    const down = await run([...lab, 'down'], long);
    expect(down.stdout + down.stderr).toBe('down\n');
    expect([...ours(), ...(await machine())]).toEqual([]);
  }, 120_000);

  it('goes through the rules that the walk names, rule by rule, and shares connections out as it says', async () => {
    const up = await run([...lab, 'up', '--mode', 'nftables'], long);
    expect(up.code, up.stderr).toBe(0);
    const judged = await run([...lab, 'judge'], long);
    expect(judged.code, judged.stdout + judged.stderr).toBe(0);
    expect(Number(/met (\d+) rules/u.exec(judged.stdout)?.[1])).toBeGreaterThan(1000);
  }, 2_400_000);

  it('serves Services of all kinds as they promise', async () => {
    const made = await run([...lab, 'random', '1', '60'], long);
    expect(made.code, made.stdout + made.stderr).toBe(0);
    expect(Number(/(\d+) clients, 0 served otherwise/u.exec(made.stdout + made.stderr)?.[1])).toBeGreaterThan(
      1000,
    );
  }, 300_000);

  it('leaves nothing behind after the harness was killed with a fault planted', async () => {
    const recording = join(out, 'r17');
    const noted = JSON.parse(readFileSync(holderFile, 'utf8')) as { pid: number };
    const space = readlinkSync(`/proc/${noted.pid}/ns/pid`);
    await killed(['record', 'r17-table-missing', 'nftables', recording], () => existsSync(recording));
    expect(inhabitants(space)).toBeGreaterThan(20);
    const down = await run([...lab, 'down'], long);
    expect(down.stdout + down.stderr).toBe('down\n');
    const isOver = async (): Promise<boolean> => inhabitants(space) === 0 && ours().length === 0;
    await until('the end of all processes', 10_000, isOver);
    expect(await machine()).toEqual([]);
    expect(existsSync(holderFile)).toBe(false);
  }, 300_000);
});
