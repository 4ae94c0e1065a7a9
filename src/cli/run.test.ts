import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { plumb } from './run-fixture.ts';

describe('help', () => {
  it('is what a bare call prints', async () => {
    const { exitCode, stdout, stderr } = await plumb();
    expect(stdout).toContain('svc/NAME');
    expect(stdout).toContain('Exit codes');
    expect(stderr).toBe('');
    expect(exitCode).toBe(3);
  });

  it.each([['--help'], ['help'], ['audit --help'], ['help audit']])('%s exits with 0', async (line) => {
    const { exitCode, stdout, stderr } = await plumb(line);
    expect(stdout).toContain('Usage: plumb');
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  it('--version names the program and its version', async () => {
    expect(await plumb('--version')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^plumb \d+\.\d+\.\d+\n$/),
    });
  });
});

describe('mistakes: one line on standard error, exit code 3', () => {
  it.each([
    ['adit', /"adit" is neither a command nor a Service; did you mean audit, or the Service svc\/adit\?/],
    ['web', /for the Service of that name say svc\/web/],
    ['svc/web --form .', /unknown option '--form'.*--from/],
    ['svc/web --from . -o jsn', /jsn.*text, json, line/],
    ['svc/web', /no cluster is named: there is no kubeconfig here; give --kubeconfig FILE, or --from PATH/],
    ['svc/Web! --from .', /does not name a Service/],
    ['svc/web:8080 --from .', /names a port, too; say svc\/web --port 8080/],
    ['pod/web --from .', /"pod\/web" is not a Service; say svc\/NAME/],
    ['--from .', /missing required argument 'service'/],
    ['svc/a/web -n b --from .', /is in a, and -n says b/],
    ['svc/web --from-node a --external --from .', /exclude each other/],
    ['audit -A -n shop --from .', /-A and -n exclude each other/],
    ['capture svc/web -A -o x.tgz --from .', /-A excludes a Service and -n/],
    ['audit -l a=b=c --from .', /no label selector/],
    ['trace --src x --dst 10.0.0.1:80 --from .', /--src "x" is not understood/],
    ['trace --src 10.0.0.1 --from .', /'--dst <destination>' not specified/],
    [
      'explain service/selector-matchs',
      /there is no check "service\/selector-matchs"; did you mean service\/selector-matches\?/,
    ],
    ['svc/web --from /no/such/file', /no\/such\/file/],
    ['svc/web --wait 5s --from .', /--wait and --watch ask a running cluster; leave them or --from out/],
    ['svc/web --request-timeout 5x', /'--request-timeout <time>' argument '5x' is invalid. Say 30s/],
    ['svc/web --kubeconfig /no/such/file', /\/no\/such\/file: no kubeconfig: no such file/],
    ['explain --unlock secrets', /'secrets' is invalid. Allowed choices are objects, dns/],
  ])('%s', async (line, message) => {
    const { exitCode, stdout, stderr } = await plumb(line);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(exitCode).toBe(3);
  });
});

describe('Ctrl-C', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-ended-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('before anything is read is no wrong use', async () => {
    const kubeconfig = join(folder, 'kubeconfig');
    const clusters = [{ name: 'a', cluster: { server: 'http://127.0.0.1:1' } }];
    const contexts = [{ name: 'a', context: { cluster: 'a', user: 'a' } }];
    const users = [{ name: 'a', user: { token: 't' } }];
    writeFileSync(kubeconfig, JSON.stringify({ 'current-context': 'a', clusters, contexts, users }));
    const line = `svc/web --kubeconfig ${kubeconfig}`;
    const { exitCode, stderr } = await plumb(line, {}, AbortSignal.abort());
    expect([exitCode, stderr]).toEqual([130, 'plumb: ended before anything was read\n']);
    expect((await plumb(line)).exitCode).toBe(3);
  });

  it('leaves a capture that says that it is one in part', async () => {
    const file = join(folder, 'part.tgz');
    const line = `capture --from scenarios/recordings/iptables-selector-near-miss -o ${file}`;
    const { exitCode, stderr } = await plumb(line, {}, AbortSignal.abort());
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(`--resume ${file}`)]);
    expect(await plumb(line)).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('where options stand', () => {
  it.each([
    '-n shop svc/web',
    'svc/web -n shop',
    'check svc/web -n shop',
    '-n shop check svc/web',
    'svc web -n shop',
    '-n=shop svc/web',
  ])('%s asks about the same Service', async (line) => {
    const { stderr } = await plumb(`${line} --from /no/such/file`);
    expect(stderr).toMatch(/no\/such\/file/);
  });
});
