import { describe } from 'vitest';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { affinityMissing } from './affinity-missing.ts';

describe('rules/affinity-missing', () => {
  proveCheck(affinityMissing, {
    healthy: works,
    broken: failsBy('affinity-missing'),
    problem: {
      severity: 'error',
      summary: /does not keep clients of 10\.96\.0\.7:80\/tcp at their endpoint/,
    },
    blind: unwalked,
  });
});
