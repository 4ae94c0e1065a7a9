import { describe } from 'vitest';
import { pod, service, slice } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { endpointsNamed } from './named.ts';

describe('endpoints/named', () => {
  const healthy = { services: [service()], endpointslices: [slice()] };
  const blind = { services: [service()] };
  proveCheck(endpointsNamed, {
    healthy,
    broken: { services: [service()], endpointslices: [slice([])] },
    problem: { severity: 'error', faults: ['S01', 'E01'], summary: /no EndpointSlice of shop\/web names/ },
    blind,
  });
  proveCheck(endpointsNamed, {
    healthy: { services: [service()], endpointslices: [slice([])], pods: [pod('web-1')] },
    broken: { services: [service()], endpointslices: [slice([{ conditions: { ready: false } }])] },
    problem: { faults: ['E01', 'E04'], summary: /none of the 1 endpoints of shop\/web is ready/ },
    blind,
  });
});
