import { describe } from 'vitest';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { hintsIgnored } from './hints-ignored.ts';

describe('rules/hints-ignored', () => {
  proveCheck(hintsIgnored, {
    healthy: works,
    broken: failsBy('hints-ignored', { endpoint: { address: 0x0a_f4_01_09, port: 8080 } }),
    problem: { severity: 'warning', summary: /node-a sends clients to 10\.244\.1\.9:8080, too/ },
    blind: unwalked,
  });
});
