import { describe } from 'vitest';
import { promise, verified } from '../../verify/verification-fixture.ts';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { hangsUp } from './hangs-up.ts';

const entry = (port: number, state: string): string =>
  `tcp      6 59 ${state} src=10.244.9.9 dst=10.96.0.7 sport=${port} dport=80 src=10.244.1.9 dst=10.244.9.9 sport=8080 dport=${port} [ASSURED] mark=0 use=1`;
const table = (...states: readonly string[]) => ({
  ...webCluster,
  verifications: [verified(promise('node-a'), [1, 1])],
  files: {
    'nodes/node-a/conntrack.txt': `${states.map((state, index) => entry(42_000 + index, state)).join('\n')}\n`,
  },
});
const kept = ['CLOSE_WAIT', 'CLOSE_WAIT', 'CLOSE_WAIT'];
const blind = { ...table(), files: {} };

describe('endpoints/hangs-up', () => {
  proveCheck(hangsUp, {
    healthy: table(...kept, 'TIME_WAIT'),
    broken: table(...kept, 'ESTABLISHED'),
    problem: {
      severity: 'warning',
      node: 'node-a',
      share: [0, 1],
      summary: /10\.244\.1\.9:8080 \(shop\/web-1\) accepts connections, but 3 of 4 that were seen/,
    },
    blind,
  });
});

describe('endpoints/hangs-up, of few connections', () => {
  proveCheck(hangsUp, {
    healthy: table(...kept.slice(1), 'ESTABLISHED'),
    broken: table(...kept),
    problem: { summary: /accepts/ },
    blind,
  });
});
