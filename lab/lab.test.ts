import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './machine/run.ts';

const out = mkdtempSync(join(tmpdir(), 'plumb-lab-'));
const lab = ['node', 'dist/lab.js'];
const holderFile = '/run/plumb-lab-test.json';
// A lab of its own, beside one that is perhaps up.
const long = { timeoutMs: 2_400_000, env: { PLUMB_LAB_HOLDER: holderFile } };

async function labProcesses(): Promise<number> {
  const ps = await run(['ps', 'ax', '-o', 'args']);
  return ps.stdout.split('\n').filter((l) => /^\S*plumb-lab\/bin\//u.test(l)).length;
}
let processesBefore = 0;

/** The small tier: real components, one healthy recording, one fault, and nothing left behind. */
describe('the lab', () => {
  beforeAll(async () => {
    const bundled = await run(['npm', 'run', '-s', 'lab:bundle'], long);
    expect(bundled.stderr + String(bundled.code)).toMatch(/0$/u);
    await run([...lab, 'down'], long);
    processesBefore = await labProcesses();
    const built = await run([...lab, 'build', '--newest'], long);
    expect(built.code, built.stderr).toBe(0);
    const up = await run([...lab, 'up', '--mode', 'iptables'], long);
    expect(up.code, up.stderr).toBe(0);
  }, 2_400_000);

  afterAll(async () => {
    await run([...lab, 'down'], long);
    rmSync(out, { recursive: true, force: true });
  }, 60_000);

  it('serves a healthy Service from every vantage, and records it', async () => {
    const ran = await run([...lab, 'record', 'healthy', 'iptables', join(out, 'healthy')], long);
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    const page = readFileSync(join(out, 'healthy/expected.md'), 'utf8');
    expect(page).toContain('- pod on node-c -> web: web-');
    expect(page).not.toMatch(/refused|timeout/u);
    expect(readFileSync(join(out, 'healthy/nodes/node-a/iptables-save.txt'), 'utf8')).toContain(
      'KUBE-SERVICES',
    );
    expect(readFileSync(join(out, 'healthy/cluster/services.json'), 'utf8')).toContain('"web-sticky"');
  }, 300_000);

  it('goes through the rules that the walk names, rule by rule, and shares connections out as it says', async () => {
    const judged = await run([...lab, 'judge'], long);
    expect(judged.code, judged.stdout + judged.stderr).toBe(0);
    expect(Number(/(\d+) packets met/u.exec(judged.stdout)?.[1])).toBeGreaterThan(80);
    expect(Number(/met (\d+) rules/u.exec(judged.stdout)?.[1])).toBeGreaterThan(1000);
  }, 300_000);

  it('serves Services of all kinds as they promise', async () => {
    const made = await run([...lab, 'random', '1', '60'], long);
    expect(made.code, made.stdout + made.stderr).toBe(0);
    expect(Number(/(\d+) clients, 0 served otherwise/u.exec(made.stdout + made.stderr)?.[1])).toBeGreaterThan(
      1000,
    );
  }, 300_000);

  it('shows where the walk goes over other rules than the kernel has', async () => {
    const rule = ['KUBE-POSTROUTING', '-m', 'mark', '!', '--mark', '0x4000/0x4000', '-j', 'RETURN'];
    const edit = (how: string): ReturnType<typeof run> =>
      run(
        [...lab, 'exec', 'nsenter', '--net=/run/netns/node-c', 'iptables', '-t', 'nat', how, ...rule],
        long,
      );
    expect((await edit('-D')).stderr).toBe('');
    try {
      const judged = await run([...lab, 'judge', join(out, 'healthy')], long);
      expect(judged.code, judged.stdout + judged.stderr).toBe(1);
      expect(judged.stdout).toMatch(/pod on node-c port \d+ to /u);
    } finally {
      await edit('-I');
    }
  }, 300_000);

  it('plants a fault that connections show, and heals it', async () => {
    const ran = await run([...lab, 'record', 'r01-vip-entry-gone', 'iptables', join(out, 'r01')], long);
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    const page = readFileSync(join(out, 'r01/expected.md'), 'utf8');
    expect(page).toMatch(/- pod on node-c -> web: timeout 6/u);
    expect(page).toMatch(/- pod on node-a -> web: web-/u);
  }, 300_000);

  it('leaves nothing behind, also after its holder was killed', async () => {
    expect(await labProcesses()).toBeGreaterThan(processesBefore);
    const noted = JSON.parse(readFileSync(holderFile, 'utf8')) as { pid: number };
    process.kill(noted.pid, 'SIGKILL');
    const down = await run([...lab, 'down'], long);
    expect(down.code, down.stderr).toBe(0);
    expect(existsSync(holderFile)).toBe(false);
    expect(await labProcesses()).toBe(processesBefore);
    expect((await run(['mount'])).stdout).not.toContain('/run/plumb-lab/');
  }, 120_000);
});
