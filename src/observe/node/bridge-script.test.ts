import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseBridgeFdb } from '../../dataplane/routes/parse-bridge-fdb.ts';
import { bridgeScript } from './bridge-script.ts';

/** One record of the kernel's table. */
const record = (mac: string, port: number, isOwn: number): Buffer =>
  Buffer.from([
    ...mac.split(':').map((byte) => Number.parseInt(byte, 16)),
    port & 0xff,
    isOwn,
    0x2a,
    0,
    0,
    0,
    port >> 8,
    0,
    0,
    0,
  ]);

describe('bridgeScript', () => {
  it('prints what `bridge fdb show` would, from the kernel’s table', () => {
    const sys = mkdtempSync(join(tmpdir(), 'sys-'));
    const bridge = join(sys, 'class/net/cni0');
    for (const [name, port] of [
      ['veth1', '0x1'],
      ['veth2', '0x102'],
    ] as const) {
      mkdirSync(join(bridge, 'brif', name), { recursive: true });
      writeFileSync(join(bridge, 'brif', name, 'port_no'), `${port}\n`);
    }
    const mac = (last: string): string => `0a:58:0a:f4:01:${last}`;
    writeFileSync(
      join(bridge, 'brforward'),
      Buffer.concat([record(mac('01'), 1, 1), record(mac('09'), 1, 0), record(mac('0a'), 0x102, 0)]),
    );
    // A shell function stands for the tool that is missing.
    const script = `command() { [ "$2" != bridge ]; }\n${bridgeScript}`;
    const text = execFileSync('sh', ['-c', script], { env: { ...process.env, SYS: sys } });
    const { items, issues } = parseBridgeFdb({ path: 'bridge-fdb.txt', bytes: text });
    expect(issues).toEqual([]);
    expect(items).toEqual([
      { mac: mac('01'), port: 'veth1', isPermanent: true, bridge: 'cni0' },
      { mac: mac('09'), port: 'veth1', isPermanent: false, bridge: 'cni0' },
      { mac: mac('0a'), port: 'veth2', isPermanent: false, bridge: 'cni0' },
    ]);
  });
});
