import { describe } from 'vitest';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { families } from './families.ts';

describe('service/families', () => {
  proveCheck(families, {
    healthy: webCluster,
    broken: { ...webCluster, services: [service({ ipFamilies: ['IPv6'], clusterIP: 'fd00::7' })] },
    problem: { severity: 'error', summary: /is IPv6, but none of its 1 pods has an IPv6 address/ },
    blind: { services: [service()] },
  });
});
