import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../../snapshot/snapshot.ts';
import { readBundle } from '../../bundle/read-bundle.ts';
import { captureScript } from './capture-script.ts';

/** The script on a machine whose tools are these; a tool that is not named stands in no folder before the system's. */
async function captured(
  shell: readonly string[],
  tools: Readonly<Record<string, string>>,
  words = ['-n', 'node-a'],
) {
  const folder = mkdtempSync(join(tmpdir(), 'capture-'));
  for (const [name, body] of Object.entries(tools)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const script = join(folder, 'capture.sh');
  writeFileSync(script, captureScript());
  const [program = '', ...first] = shell;
  const printed = execFileSync(program, [...first, script, ...words, '-o', folder], {
    env: { PATH: `${folder}:${process.env['PATH']}` },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return { archive: printed.trim(), snapshot: await readBundle([printed.trim()]) };
}

const save = '*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n';
const rules = `printf '${save.replaceAll('\n', '\\n')}'`;
const fails = 'echo "no \\"right\\" \\\\ here" >&2; exit 4';
const shells = [['sh'], ['dash'], ['busybox', 'sh']].filter(([program = '']) =>
  ['/bin', '/usr/bin'].some((folder) => existsSync(join(folder, program))),
);

describe.each(shells.map((words) => [words.join(' '), words] as const))('captureScript in %s', (_, shell) => {
  it('writes what --from takes: sources of the node, each with command, exit code and time', async () => {
    const { archive, snapshot } = await captured(shell, {
      'iptables-nft-save': rules,
      nft: 'echo "table ip t {"; echo "}"',
      ip: 'echo "default via 192.0.2.1 dev eth0"',
    });
    expect(archive).toMatch(/plumb-node-a\.tgz$/);
    const source = snapshot.sources.find(({ path }) => path === 'nodes/node-a/iptables-save.txt');
    expect(source).toMatchObject({
      kind: 'iptables-save',
      node: 'node-a',
      command: 'iptables-nft-save -c',
      exitCode: 0,
      isComplete: true,
    });
    expect(source && textOf(source)).toBe(save);
    expect(snapshot.takenAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(snapshot.sources.map(({ kind }) => kind)).toContain('node-time');
  });

  it('takes the next way where one fails', async () => {
    const { snapshot } = await captured(shell, {
      'iptables-nft-save': fails,
      'iptables-save': rules,
    });
    expect(snapshot.sources.find(({ kind }) => kind === 'iptables-save')?.command).toBe('iptables-save -c');
  });

  it('says in the manifest once what nothing could read, and why', async () => {
    const flavours = [
      'iptables-nft',
      'ip6tables-nft',
      'iptables',
      'ip6tables',
      'iptables-legacy',
      'ip6tables-legacy',
    ];
    const { snapshot } = await captured(shell, {
      ...Object.fromEntries(flavours.map((name) => [`${name}-save`, fails])),
      nft: fails,
    });
    const [gap, ...more] = snapshot.gaps.filter(({ what }) => what === 'rules of node-a');
    expect(gap).toMatchObject({ node: 'node-a', unlock: 'iptables-save -c' });
    expect(gap?.why).toContain('iptables-save -c: exit code 4 no "right" \\ here');
    expect(more).toEqual([]);
  });
});

it('refuses a name that would be a path', () => {
  const script = join(mkdtempSync(join(tmpdir(), 'capture-')), 'capture.sh');
  writeFileSync(script, captureScript({ node: '../etc; rm' }));
  expect(captureScript({ node: "a'; rm -rf /" })).toContain("node='arm-rf'");
  expect(() => execFileSync('sh', [script, '-n', '../x'], { stdio: 'ignore' })).toThrow(/failed/);
});
