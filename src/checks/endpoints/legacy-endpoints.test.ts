import { describe } from 'vitest';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { legacyEndpoints } from './legacy-endpoints.ts';

const endpoints = (ip: string, annotations = {}) => [
  { metadata: { name: 'web', namespace: 'shop', annotations }, subsets: [{ addresses: [{ ip }] }] },
];

describe('endpoints/legacy-endpoints', () => {
  proveCheck(legacyEndpoints, {
    healthy: { ...webCluster, endpoints: endpoints('10.244.1.9') },
    broken: { ...webCluster, endpoints: endpoints('203.0.113.5') },
    problem: { severity: 'warning', faults: ['E06'], summary: /names 203\.0\.113\.5, which no slice does/ },
    blind: { services: [service()] },
  });
});

describe('endpoints/legacy-endpoints, cut', () => {
  proveCheck(legacyEndpoints, {
    healthy: { ...webCluster, endpoints: endpoints('10.244.1.9') },
    broken: {
      ...webCluster,
      endpoints: endpoints('10.244.1.9', { 'endpoints.kubernetes.io/over-capacity': 'truncated' }),
    },
    problem: { severity: 'info', faults: ['E15'], summary: /cut at 1,000 addresses/ },
    blind: { services: [service()] },
  });
});
