import { describe } from 'vitest';
import { PROTOCOL } from '../../model/protocol.ts';
import { ip, promise, verified, webFrontend } from '../../verify/verification-fixture.ts';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { conntrackStale } from './conntrack-stale.ts';

const echo = promise('node-a', {
  frontend: { ...webFrontend, port: 7000, protocol: PROTOCOL.udp },
  endpoints: [{ address: ip('10.244.1.9'), port: 7000, node: 'node-a' }],
});
const table = (endpoint: string) => ({
  ...webCluster,
  verifications: [verified(echo, [1, 1])],
  files: {
    'nodes/node-a/conntrack.txt': `udp      17 29 src=10.244.9.9 dst=10.96.0.7 sport=40000 dport=7000 [UNREPLIED] src=${endpoint} dst=10.244.9.9 sport=7000 dport=40000 mark=0 use=1\n`,
  },
});

describe('node/conntrack-stale', () => {
  proveCheck(conntrackStale, {
    healthy: table('10.244.1.9'),
    broken: table('10.244.1.200'),
    problem: {
      severity: 'error',
      node: 'node-a',
      summary: /keeps 1 UDP connection to 10\.96\.0\.7:7000 at 10\.244\.1\.200, which is no endpoint/,
    },
    blind: { ...webCluster, verifications: [verified(echo, [1, 1])] },
  });
});

describe('an entry from before there were rules', () => {
  proveCheck(conntrackStale, {
    healthy: table('10.244.1.9'),
    broken: table('10.96.0.7'),
    problem: { severity: 'error', node: 'node-a', summary: /to 10\.96\.0\.7:7000 untranslated/ },
    blind: { ...webCluster, verifications: [verified(echo, [1, 1])] },
  });
});

describe('an entry on a node whose rules do not translate it now either', () => {
  proveCheck(conntrackStale, {
    healthy: { ...table('10.96.0.7'), verifications: [verified(echo, [0, 0])] },
    broken: table('10.96.0.7'),
    problem: { severity: 'error', node: 'node-a', summary: /untranslated/ },
    blind: { ...webCluster, verifications: [verified(echo, [1, 1])] },
  });
});

describe('a question to the DNS server that was under way', () => {
  const dns = { ...echo, frontend: { ...echo.frontend, port: 53 } };
  const asked = (endpoint: string) => ({
    ...webCluster,
    verifications: [verified(dns, [1, 1])],
    files: {
      'nodes/node-a/conntrack.txt': `udp      17 29 src=10.244.9.9 dst=10.96.0.7 sport=40000 dport=53 [UNREPLIED] src=${endpoint} dst=10.244.9.9 sport=7000 dport=40000 mark=0 use=1\n`,
    },
  });
  proveCheck(conntrackStale, {
    healthy: asked('10.244.1.9'),
    broken: asked('10.244.1.200'),
    problem: { severity: 'warning', node: 'node-a', summary: /is no endpoint/ },
    blind: { ...webCluster, verifications: [verified(dns, [1, 1])] },
  });
});
