import { expect, it } from 'vitest';
import { investigateService } from '../src/investigate.ts';
import { changedRecording, type Changes } from './changed-recording.ts';

// Routing rules and tables of a CNI that gives pods an interface each: packets of pods on node-a go by a table of their own.

const PODS = '10.244.1.0/24';
const rule: Changes[number] = [
  /node-a\/ip-rule/,
  (text) => text.replace('32766:', `1536:\tfrom ${PODS} lookup 2\n32766:`),
];
const table = (routes: string): Changes[number] => [
  /node-a\/ip-route/,
  (text) => `${text.trimEnd()}\n${routes}`,
];
const WHOLE = ['1.0/24 dev cni0', '2.0/24 via 192.168.90.12 dev eth0', '3.0/24 via 192.168.90.13 dev eth0']
  .map((route) => `10.244.${route} table 2\n`)
  .join('');
const ask = async (changes: Changes) =>
  investigateService(await changedRecording('iptables-healthy', changes), { namespace: 'shop', name: 'web' });

it('is in order where the table leads to all pods', async () => {
  const { verdict } = await ask([rule, table(`default via 192.168.90.1 dev eth0 table 2\n${WHOLE}`)]);
  expect(verdict).toBe('healthy');
});

it('is the cause where the table has only a default route', async () => {
  const { verdict, causes } = await ask([rule, table('default via 192.168.90.1 dev eth0 table 2\n')]);
  expect(verdict).toBe('degraded');
  expect(causes[0]).toMatchObject({ check: 'node/route-missing', nodes: ['node-a'] });
  expect(causes[0]?.faults[0]).toBe('N16');
});
