import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
let dist = '';

beforeAll(() => {
  dist = mkdtempSync(join(tmpdir(), 'plumb-dist-'));
  const { status, stderr } = spawnSync('node', ['scripts/build.mjs', dist], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
});

afterAll(() => {
  rmSync(dist, { recursive: true });
});

function run(
  file: string,
  ...args: readonly string[]
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(join(dist, file), args, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the built program', () => {
  it('runs by itself', () => {
    expect(run('plumb.js', '--version')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^plumb /),
    });
  });

  it('knows when kubectl calls it', () => {
    symlinkSync('plumb.js', join(dist, 'kubectl-plumb'));
    const { status, stderr } = run('kubectl-plumb', 'svc/web');
    expect(stderr).toMatch(/^kubectl plumb: /);
    expect(status).toBe(3);
  });

  it('has its pages with it, and the licences of what is bundled', () => {
    expect(run('plumb.js', 'explain', 'node/hairpin-off').stdout).toContain('## What it means');
    const licences = readFileSync(join(dist, 'LICENSES.txt'), 'utf8');
    for (const name of ['commander', 'picocolors', 'tar-stream', 'yaml'])
      expect(licences).toContain(`${name} `);
  });

  it('answers on a recording as the sources do', () => {
    const from = join(root, 'scenarios/recordings/iptables-hairpin-off');
    const { status, stdout } = run('plumb.js', 'svc/solo', '-n', 'shop', '--from', from, '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'degraded', subject: 'shop/solo' });
    expect(status).toBe(1);
  });

  it('audits the same with several threads', { timeout: 60_000 }, () => {
    const from = join(root, 'scenarios/recordings/iptables-hairpin-off');
    const audit = (threads: string) =>
      run('plumb.js', 'audit', '--threads', threads, '--from', from, '-o', 'json');
    const [one, three] = [audit('1'), audit('3')];
    expect(JSON.parse(one.stdout)).toMatchObject({ verdict: 'degraded' });
    expect(three).toEqual(one);
  });
});
