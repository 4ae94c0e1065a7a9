import { describe } from 'vitest';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { serviceExists } from './exists.ts';

describe('service/exists', () => {
  proveCheck(serviceExists, {
    healthy: webCluster,
    broken: { services: [service()], subject: { name: 'wbe' } },
    problem: { severity: 'error', summary: /no Service wbe in shop: did you mean web\?/, share: [1, 1] },
    blind: { pods: [] },
  });
});

describe('service/exists, in another namespace', () => {
  proveCheck(serviceExists, {
    healthy: webCluster,
    broken: { services: [service()], subject: { namespace: 'default' } },
    problem: { faults: ['D02', 'D01'], summary: /web exists in shop/ },
    blind: { pods: [] },
  });
});
