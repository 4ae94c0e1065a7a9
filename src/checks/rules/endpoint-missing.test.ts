import { describe } from 'vitest';
import { webEndpoint } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { endpointMissing } from './endpoint-missing.ts';

describe('rules/endpoint-missing', () => {
  proveCheck(endpointMissing, {
    healthy: works,
    broken: failsBy('endpoint-missing', { endpoint: webEndpoint }),
    problem: {
      severity: 'error',
      node: 'node-a',
      summary: /node-a has no way to 10\.244\.1\.9:8080, which is ready/,
    },
    blind: unwalked,
  });
});
