import { describe } from 'vitest';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { weightWrong } from './weight-wrong.ts';

describe('rules/weight-wrong', () => {
  proveCheck(weightWrong, {
    healthy: works,
    broken: failsBy('weight-wrong', { summary: '10.244.1.9:8080 gets 9/10' }),
    problem: { severity: 'error', summary: /unequal shares: 10\.244\.1\.9:8080 gets 9\/10/ },
    blind: unwalked,
  });
});
