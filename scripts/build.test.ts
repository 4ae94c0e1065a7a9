import { spawnSync } from 'node:child_process';
import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
let dist = '';
const caches = mkdtempSync(join(tmpdir(), 'plumb-caches-'));

beforeAll(() => {
  dist = mkdtempSync(join(tmpdir(), 'plumb-dist-'));
  const { status, stderr } = spawnSync('node', ['scripts/build.mjs', dist], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
});

afterAll(() => {
  rmSync(dist, { recursive: true });
  rmSync(caches, { recursive: true });
});

function run(
  file: string,
  ...args: readonly string[]
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(join(dist, file), args, {
    encoding: 'utf8',
    env: { ...process.env, XDG_CACHE_HOME: caches, NODE_DISABLE_COMPILE_CACHE: '' },
  });
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
    for (const name of ['commander', 'fflate', 'picocolors', 'tar-stream', 'yaml'])
      expect(licences).toContain(`${name} `);
  });

  it('answers on a recording as the sources do', () => {
    const from = join(root, 'scenarios/recordings/iptables-hairpin-off');
    const { status, stdout } = run('plumb.js', 'svc/solo', '-n', 'shop', '--from', from, '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'degraded', subject: 'shop/solo' });
    expect(status).toBe(1);
  });

  it('captures under pseudonyms, for which it loads what no other command does', () => {
    const from = join(root, 'scenarios/recordings/iptables-hairpin-off');
    const capture = join(dist, 'capture.tgz');
    // Compiled now, and then as it was kept.
    for (let time = 0; time < 2; time++) {
      const { status, stderr } = run('plumb.js', 'capture', '--from', from, '-o', capture, '--pseudonyms');
      expect({ status, stderr: stderr.includes('bug') }).toEqual({ status: 0, stderr: false });
      expect(statSync(capture).size).toBeGreaterThan(1000);
      rmSync(capture);
    }
  });

  it('audits the same with several threads', { timeout: 60_000 }, () => {
    const from = join(root, 'scenarios/recordings/iptables-hairpin-off');
    const audit = (threads: string) =>
      run('plumb.js', 'audit', '--threads', threads, '--from', from, '-o', 'json');
    const [one, three] = [audit('1'), audit('3')];
    expect(JSON.parse(one.stdout)).toMatchObject({ verdict: 'degraded' });
    expect(three).toEqual(one);
  });

  it('keeps compiled code for the next run, and compiles again what came to harm', () => {
    const from = join(root, 'scenarios/recordings/iptables-hairpin-off');
    const ask = () => run('plumb.js', 'svc/solo', '-n', 'shop', '--from', from, '--short');
    const first = ask();
    const [build = ''] = readdirSync(join(caches, 'plumb'));
    const file = join(caches, 'plumb', build, 'investigate.cjs.bin');
    const made = statSync(file);
    expect(ask()).toEqual(first);
    expect(statSync(file)).toMatchObject({ ino: made.ino, mtimeMs: made.mtimeMs });
    // What V8 made for other code.
    writeFileSync(file, readFileSync(join(caches, 'plumb', build, 'main.cjs.bin')));
    expect(ask()).toEqual(first);
    expect(statSync(file).size).toBeGreaterThan(100_000);
  });
});
