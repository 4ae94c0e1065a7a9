import { describe } from 'vitest';
import { client, promise, verified } from '../../verify/verification-fixture.ts';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { sourceRanges } from './source-ranges.ts';

const denied = promise('node-a', {
  vantage: client('node-a', { kind: 'external' }),
  outcome: 'drop',
  endpoints: [],
  deniedBy: 'loadBalancerSourceRanges',
});
const guarded = {
  ...webCluster,
  services: [service({ loadBalancerSourceRanges: ['203.0.113.0/24'] })],
  verifications: [verified(denied, [0, 0])],
};
const healthy = { ...webCluster, verifications: [verified(promise('node-a'), [1, 1])] };

describe('external/source-ranges, asked from outside', () => {
  proveCheck(sourceRanges, {
    healthy,
    broken: { ...guarded, subject: { from: { isExternal: true } } },
    problem: { severity: 'error', summary: /lets in 203\.0\.113\.0\/24 only/ },
    blind: webCluster,
  });
});

describe('external/source-ranges, by the way', () => {
  proveCheck(sourceRanges, {
    healthy,
    broken: guarded,
    problem: { severity: 'info', share: [0, 0], summary: /only/ },
    blind: webCluster,
  });
});
