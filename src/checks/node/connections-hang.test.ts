import { describe } from 'vitest';
import { PROTOCOL } from '../../model/protocol.ts';
import { differs, ip, promise, verified, webFrontend } from '../../verify/verification-fixture.ts';
import { pod, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { connectionsHang } from './connections-hang.ts';

const web = promise('node-a', { frontend: { ...webFrontend, protocol: PROTOCOL.tcp } });
const verifications = [verified(web, [1, 1])];

const table = (state: string, endpoint = '10.244.1.200', unreplied = '') => ({
  ...webCluster,
  verifications,
  files: {
    'nodes/node-a/conntrack.txt': `tcp      6 ${state} src=10.244.1.30 dst=10.96.0.7 sport=40000 dport=80 ${unreplied} src=${endpoint} dst=10.244.1.30 sport=8080 dport=40000 mark=0 use=1\n`,
  },
});
const blind = { ...webCluster, verifications };

describe('node/connections-hang, data that nobody acknowledges', () => {
  proveCheck(connectionsHang, {
    healthy: table('431000 ESTABLISHED'),
    broken: table('288 ESTABLISHED'),
    problem: {
      severity: 'info',
      node: 'node-a',
      share: [0, 0],
      summary: /^1 TCP connection of clients through node-a hangs: its endpoint 10\.244\.1\.200 is gone/,
    },
    blind,
  });
});

describe('node/connections-hang, a connection that is being opened', () => {
  proveCheck(connectionsHang, {
    healthy: table('100 SYN_SENT', '10.244.1.9', '[UNREPLIED]'),
    broken: table('100 SYN_SENT', '10.244.1.200', '[UNREPLIED]'),
    problem: { severity: 'info', summary: /hangs/ },
    blind,
  });
});

describe('node/connections-hang, a pod that lives and is no endpoint any more', () => {
  const pods = [pod(), pod('old-1', { podIP: '10.244.1.200' }, {}, { labels: { app: 'old' } })];
  proveCheck(connectionsHang, {
    healthy: { ...table('288 ESTABLISHED'), pods },
    broken: table('86000 ESTABLISHED', '10.244.1.200', '[UNREPLIED]'),
    problem: { severity: 'info', summary: /hangs/ },
    blind,
  });
});

describe('node/connections-hang, of the client that is asked about', () => {
  const pods = [pod(), pod('client', { podIP: '10.244.1.30' }, {}, { labels: { app: 'client' } })];
  const subject = { from: { pod: 'shop/client' } };
  proveCheck(connectionsHang, {
    healthy: { ...table('431000 ESTABLISHED'), pods, subject },
    broken: { ...table('288 ESTABLISHED'), pods, subject },
    problem: {
      severity: 'warning',
      share: [0, 1],
      summary: /^1 TCP connection of shop\/client through node-a hangs/,
    },
    blind: { ...blind, pods, subject },
  });
});

describe('node/connections-hang, an endpoint to which the rules still lead', () => {
  const endpoint = { address: ip('10.244.1.200'), port: 8080 };
  const stale = differs('endpoint-stale', web, 'node-a', { endpoint });
  proveCheck(connectionsHang, {
    healthy: { ...table('288 ESTABLISHED'), verifications: [verified(web, [0, 0], stale)] },
    broken: table('288 ESTABLISHED'),
    problem: { severity: 'info', summary: /hangs/ },
    blind,
  });
});
