import { describe } from 'vitest';
import { service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { affinityKnown } from './affinity-known.ts';

const kept = (policy: string) => ({
  services: [service({ type: 'NodePort', sessionAffinity: 'ClientIP', externalTrafficPolicy: policy })],
});

describe('service/affinity-known', () => {
  proveCheck(affinityKnown, {
    healthy: kept('Local'),
    broken: kept('Cluster'),
    problem: { severity: 'info', summary: /clients behind one translation are one client/ },
    blind: { pods: [] },
  });
});
