import { execFileSync } from 'node:child_process';
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type NodeReading, nodeReadings } from './node-readings.ts';
import { type ListedConnections, type StreamedOutput, readStream, streamScript } from './shell-stream.ts';

const reading = (file: string, ...ways: string[]): NodeReading => ({
  what: file,
  isNeeded: false,
  ways: ways.map((way) => ({ file, argv: way.split(' ') })),
});

/** What the script prints where only these programs are there, beside those of this machine that are named. */
function run(
  programs: Readonly<Record<string, string>>,
  readings: readonly NodeReading[],
  own: readonly string[] = ['sed', 'grep', 'date', 'sleep', 'cat'],
  listed: ListedConnections = {},
): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  for (const [name, script] of Object.entries(programs))
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  for (const name of own) symlinkSync(join('/bin', name), join(folder, name));
  const script = streamScript(readings, '@x', listed).replace(/^PATH=.*$/m, '');
  return execFileSync('/bin/sh', ['-c', script], {
    env: { PATH: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const seen = (outputs: readonly StreamedOutput[], file: string) => {
  const { stdout, ...rest } = outputs.find((output) => output.file === file) ?? { stdout: new Uint8Array() };
  return { ...rest, stdout: Buffer.from(stdout).toString() };
};

describe('streamScript', () => {
  it('keeps what each program prints, says of itself, and ends with', () => {
    const outputs = readStream(
      run({ one: 'echo a; echo b', two: "printf '%s' half; printf '%s\\n' 'no \\c way' >&2; exit 7" }, [
        reading('one.txt', 'one -x'),
        reading('none.txt', 'missing'),
        reading('two.txt', 'two', 'one again'),
      ]),
      '@x',
    );
    expect(seen(outputs, 'one.txt')).toEqual({
      file: 'one.txt',
      command: 'one -x',
      exitCode: 0,
      stdout: 'a\nb\n',
      stderr: '',
      isComplete: true,
    });
    expect(
      outputs.filter(({ file }) => file === 'two.txt').map(({ command, exitCode }) => [command, exitCode]),
    ).toEqual([
      ['two', 7],
      ['one again', 0],
    ]);
    expect(seen(outputs, 'two.txt')).toMatchObject({ stdout: 'half', stderr: 'no \\c way' });
    expect(outputs.some(({ file }) => file === 'none.txt')).toBe(false);
    expect(seen(outputs, 'date.txt')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^20.*Z\n$/),
    });
  });

  const limiting = (version: string) => ({
    timeout: `case $1 in --version) ${version} ;; esac; shift; echo limited; exec "$@"`,
    one: 'echo a',
  });
  it.each([
    ['is limited in time where timeout waits for what it runs', 'exit 0', 'limited\na\n'],
    ['is not where it is busybox’s, of which a process stays behind', 'exit 1', 'a\n'],
  ])('%s', (_, version, stdout) => {
    const outputs = readStream(run(limiting(version), [reading('one.txt', 'one')]), '@x');
    expect(seen(outputs, 'one.txt')).toMatchObject({ stdout, exitCode: 0 });
  });

  it.each([
    ['1.4.6', 2],
    ['1.4.7', 1],
    ['1.4.10', 1],
    ['2.0.0', 1],
  ])('lists connections once where conntrack %s lists both families at once', (version, times) => {
    const conntrack = `echo entry; echo 'conntrack v${version} (conntrack-tools): 1 flow entries' >&2`;
    const own = nodeReadings.filter(({ what }) => what === 'connections');
    const outputs = readStream(run({ conntrack }, own), '@x').filter(({ file }) =>
      file.startsWith('conntrack'),
    );
    expect(outputs.filter(({ stdout }) => stdout.length > 0)).toHaveLength(times);
    expect(outputs.map(({ file, exitCode }) => [file, exitCode])).toEqual([
      ['conntrack.txt', 0],
      ['conntrack6.txt', 0],
    ]);
  });

  const long = {
    conntrack:
      "printf '%s\\n' 'udp src=10.0.0.1 dst=10.96.0.1 sport=1 ' 'udp src=10.0.0.1 dst=10.96.0.10 sport=1 ' 'tcp src=1.1.1.1 dst=2.2.2.2 sport=4 dport=30080 ' 'tcp src=1.1.1.1 dst=2.2.2.2 sport=30080 dport=5 '; echo 'conntrack v1.4.8 (x): 4' >&2",
  };
  const connections = nodeReadings.filter(({ what }) => what === 'connections');
  const words = ['10.96.0.1', 'dport=30080'];

  it('lists of a long table what the words name, whole words only, and says so', () => {
    const outputs = readStream(run(long, connections, undefined, { words, above: -1 }), '@x');
    expect(seen(outputs, 'conntrack.txt')).toMatchObject({
      command: 'conntrack -L',
      exitCode: 0,
      stderr: 'conntrack v1.4.8 (x): 4',
      stdout: [
        '# conntrack -L | grep -Fw -e 10.96.0.1 -e dport=30080',
        'udp src=10.0.0.1 dst=10.96.0.1 sport=1 ',
        'tcp src=1.1.1.1 dst=2.2.2.2 sport=4 dport=30080 ',
        '',
      ].join('\n'),
    });
  });

  it.each([
    ['that is short', { words, above: 1e9 }, undefined],
    ['of which everything is asked', { above: -1 }, undefined],
    ['where nothing can leave out', { words, above: -1 }, ['sed', 'date']],
  ])('lists a table whole %s', (_, listed, own) => {
    const outputs = readStream(run(long, connections, own, listed), '@x');
    expect(seen(outputs, 'conntrack.txt').stdout.split('\n')).toHaveLength(5);
    expect(seen(outputs, 'conntrack.txt').stdout).not.toContain('#');
  });

  it('says where there is nothing to ask for, so that no other container is asked', () => {
    const ipvs = { ...reading('ipvs.txt', 'ipvsadm -Ln'), onlyWith: '/proc/net/no-such-file' };
    const outputs = readStream(run({ ipvsadm: 'echo never' }, [ipvs]), '@x');
    expect(seen(outputs, 'ipvs.txt')).toMatchObject({ stdout: '', exitCode: 0, isComplete: true });
  });

  const nft = {
    nft: 'for word in table ip nat; do printf "%s " $word; sleep 0.01; done; echo; echo "# Warning" >&2; echo denied >&2; exit 1',
  };
  it.each([
    ['in blocks', undefined],
    ['as it comes, without sed', ['grep', 'date', 'sleep']],
  ])('takes what nft prints word by word %s, with its exit code', (_, own) => {
    const outputs = readStream(run(nft, [reading('nft.txt', 'nft list ruleset')], own), '@x');
    expect(seen(outputs, 'nft.txt')).toEqual({
      file: 'nft.txt',
      command: 'nft list ruleset',
      exitCode: 1,
      stdout: 'table ip nat \n',
      stderr: '# Warning\ndenied',
      isComplete: true,
    });
  });
});

describe('readStream', () => {
  it('has all that came before the stream broke off', () => {
    const whole = run({ one: 'echo a', two: 'echo b' }, [
      reading('one.txt', 'one'),
      reading('two.txt', 'two'),
    ]);
    const cut = whole.subarray(0, whole.indexOf('@x begin two') + 15);
    const outputs = readStream(cut, '@x');
    expect(outputs.map(({ file, isComplete, exitCode }) => [file, isComplete, exitCode])).toEqual([
      ['one.txt', true, 0],
    ]);
    const later = readStream(whole.subarray(0, whole.indexOf('b\n') + 1), '@x');
    expect(seen(later, 'two.txt')).toMatchObject({ isComplete: false, exitCode: -1, stdout: 'b' });
  });
});
