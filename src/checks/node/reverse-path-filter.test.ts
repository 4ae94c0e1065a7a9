import { describe } from 'vitest';
import { ruleAt } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { reversePathFilter } from './reverse-path-filter.ts';

const files = { 'nodes/node-a/sysctl.txt': 'net.ipv4.conf.eth0.rp_filter = 1\n' };

describe('node/reverse-path-filter', () => {
  proveCheck(reversePathFilter, {
    healthy: { ...works, files },
    broken: {
      ...failsBy('dropped', {
        at: ruleAt('node-a', { family: 'sysctl', rule: 'net.ipv4.conf.eth0.rp_filter = 1' }),
      }),
      files,
    },
    problem: {
      severity: 'error',
      node: 'node-a',
      summary: /whose source it would answer by another interface/,
    },
    blind: unwalked,
  });
});
