import { describe } from 'vitest';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { forwardedAlthoughNone } from './forwarded-although-none.ts';

describe('rules/forwarded-although-none', () => {
  proveCheck(forwardedAlthoughNone, {
    healthy: works,
    broken: failsBy('forwarded-although-none'),
    problem: {
      severity: 'error',
      node: 'node-a',
      summary: /node-a still forwards 10\.96\.0\.7:80\/tcp, which has no endpoint/,
    },
    blind: unwalked,
  });
});

describe.each([
  [
    'loadBalancerSourceRanges',
    /lets clients in to 10\.96\.0\.7:80\/tcp whom loadBalancerSourceRanges leaves out/,
  ],
  [
    'externalTrafficPolicy',
    /forwards 10\.96\.0\.7:80\/tcp to other nodes, although the traffic policy is Local/,
  ],
] as const)('rules/forwarded-although-none, against %s', (deniedBy, summary) => {
  proveCheck(forwardedAlthoughNone, {
    healthy: works,
    broken: failsBy('forwarded-although-none', {}, { outcome: 'drop', deniedBy }),
    problem: { severity: 'error', summary },
    blind: unwalked,
  });
});
