import { describe } from 'vitest';
import { service, slice } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { headlessAnswer } from './headless-answer.ts';

const headless = (ready: boolean) => ({
  services: [service({ clusterIP: 'None' })],
  endpointslices: [slice([{ conditions: { ready } }])],
});

describe('dns/headless-answer', () => {
  proveCheck(headlessAnswer, {
    healthy: headless(true),
    broken: headless(false),
    problem: { severity: 'error', faults: ['D19'], summary: /none of its 1 endpoints is ready/ },
    blind: { services: [service({ clusterIP: 'None' })] },
  });
});
