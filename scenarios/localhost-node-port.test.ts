import { describe, expect, it } from 'vitest';
import { parseIp } from '../src/model/address.ts';
import { tracePacket } from '../src/investigate.ts';
import { type Changes, changedRecording } from './changed-recording.ts';

// A NodePort on 127.0.0.1 is served in iptables mode only, and there only with route_localnet.

async function trace(recording: string, changes: Changes = []): Promise<ReturnType<typeof tracePacket>> {
  const address = parseIp('127.0.0.1');
  if (address === undefined) throw new Error('no address');
  return tracePacket(await changedRecording(recording, changes), {
    source: { kind: 'node', name: 'node-a' },
    destination: { kind: 'address', address, port: 30080 },
  });
}

describe('a NodePort on 127.0.0.1', () => {
  it('works in iptables mode, by route_localnet', async () => {
    expect((await trace('iptables-healthy')).verdict).toBe('healthy');
    const { verdict, outcomes } = await trace('iptables-healthy', [
      [/node-a\/sysctl/, (text) => text.replace(/(conf\.all\.route_localnet = )1/, '$10')],
    ]);
    expect(verdict).not.toBe('healthy');
    expect(
      outcomes.filter(({ result }) => result !== 'delivered').map((each) => each.decidedBy?.rule),
    ).toContainEqual(expect.stringContaining('route_localnet'));
  });

  it.each(['nftables', 'ipvs'])('is refused in %s mode', async (mode) => {
    const { verdict, outcomes } = await trace(`${mode}-healthy`);
    expect(verdict).toBe('broken');
    expect(outcomes.flatMap(({ notes }) => notes)).toEqual([
      `rejected with a reset: nothing listens there on node-a, and kube-proxy in ${mode} mode serves no NodePort on a loopback address`,
    ]);
  });

  it('is heard where a process has it', async () => {
    const { verdict } = await trace('nftables-healthy', [
      [/node-a\/ss/, (text) => `${text}tcp   LISTEN 0      4096       127.0.0.1:30080      0.0.0.0:*\n`],
    ]);
    expect(verdict).toBe('healthy');
  });
});
