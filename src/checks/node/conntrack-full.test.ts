import { describe } from 'vitest';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { conntrackFull } from './conntrack-full.ts';

const filled = (count: number) => ({
  ...webCluster,
  files: {
    'nodes/node-a/sysctl.txt': `net.netfilter.nf_conntrack_count = ${count}\nnet.netfilter.nf_conntrack_max = 1000\n`,
  },
});

describe('node/conntrack-full', () => {
  proveCheck(conntrackFull, {
    healthy: filled(100),
    broken: filled(1000),
    problem: {
      severity: 'error',
      node: 'node-a',
      summary: /connection table of node-a is full: 1000 of 1000 entries/,
    },
    blind: webCluster,
  });
});

describe('node/conntrack-full, close to it', () => {
  proveCheck(conntrackFull, {
    healthy: filled(900),
    broken: filled(960),
    problem: { severity: 'warning', summary: /connection table of node-a is almost full: 960 of 1000/ },
    blind: webCluster,
  });
});

describe('node/conntrack-full, by the other name of the limit', () => {
  const files = {
    'nodes/node-a/sysctl.txt': 'net.netfilter.nf_conntrack_count = 1000\nnet.nf_conntrack_max = 1000\n',
  };
  proveCheck(conntrackFull, {
    healthy: filled(100),
    broken: { ...webCluster, files },
    problem: { severity: 'error', summary: /connection table of node-a is full: 1000 of 1000/ },
    blind: webCluster,
  });
});
