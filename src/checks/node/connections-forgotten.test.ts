import { describe } from 'vitest';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { connectionsForgotten } from './connections-forgotten.ts';

const after = (seconds: number) => ({
  ...webCluster,
  files: {
    'nodes/node-a/sysctl.txt': `net.netfilter.nf_conntrack_tcp_timeout_established = ${seconds}\n`,
  },
});

describe('node/connections-forgotten', () => {
  proveCheck(connectionsForgotten, {
    healthy: after(86_400),
    broken: after(600),
    problem: {
      severity: 'info',
      node: 'node-a',
      share: [0, 0],
      summary: /^node-a forgets a TCP connection that is idle for 600 s/,
    },
    blind: webCluster,
  });
});
