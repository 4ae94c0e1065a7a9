import { describe } from 'vitest';
import { client, ip } from '../../verify/verification-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { masquerade } from './masquerade.ts';

describe('rules/masquerade, missing', () => {
  proveCheck(masquerade, {
    healthy: works,
    broken: failsBy('masquerade-missing'),
    problem: {
      severity: 'error',
      faults: ['R07', 'R05', 'R18'],
      summary: /keeps the client’s address where the reply needs it replaced/,
    },
    blind: unwalked,
  });
});

describe('rules/masquerade, missing for a pod that reaches itself', () => {
  proveCheck(masquerade, {
    healthy: works,
    broken: failsBy(
      'masquerade-missing',
      {},
      { vantage: client('node-a', { pod: 'shop/web-1', address: ip('10.244.1.9') }) },
    ),
    problem: { faults: ['N02', 'R18', 'R07'], summary: /pod shop\/web-1 on node-a/ },
    blind: unwalked,
  });
});

describe('rules/masquerade, unwanted', () => {
  proveCheck(masquerade, {
    healthy: works,
    broken: failsBy('masquerade-unwanted'),
    problem: { faults: ['R05', 'K13'], summary: /replaces the client’s address, which should be kept/ },
    blind: unwalked,
  });
});
