import { describe } from 'vitest';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { affinityUnwanted } from './affinity-unwanted.ts';

describe('rules/affinity-unwanted', () => {
  proveCheck(affinityUnwanted, {
    healthy: works,
    broken: failsBy('affinity-unwanted'),
    problem: {
      severity: 'warning',
      summary: /keeps clients of 10\.96\.0\.7:80\/tcp at their endpoint/,
    },
    blind: unwalked,
  });
});
