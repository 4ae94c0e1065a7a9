import { describe } from 'vitest';
import { ruleAt } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { refusedAlthoughReady } from './refused-although-ready.ts';

describe('rules/refused-although-ready', () => {
  proveCheck(refusedAlthoughReady, {
    healthy: works,
    broken: failsBy('refused-although-ready'),
    problem: {
      severity: 'error',
      faults: ['K05', 'R08', 'K09'],
      summary: /node-a refuses 10\.96\.0\.7:80\/tcp although endpoints are ready/,
    },
    blind: unwalked,
  });
});

describe('rules/refused-although-ready, an empty virtual server', () => {
  proveCheck(refusedAlthoughReady, {
    healthy: works,
    broken: failsBy('refused-although-ready', { at: ruleAt('node-a', { family: 'ipvs' }) }),
    problem: { faults: ['R12', 'R13', 'K05', 'R08'], summary: /refuses/ },
    blind: unwalked,
  });
});
