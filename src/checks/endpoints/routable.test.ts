import { describe } from 'vitest';
import { service, slice, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { routable } from './routable.ts';

describe('endpoints/routable', () => {
  proveCheck(routable, {
    healthy: webCluster,
    broken: { ...webCluster, endpointslices: [slice([{ addresses: ['127.0.0.1'] }])] },
    problem: { severity: 'error', summary: /127\.0\.0\.1 in slice web-x is a loopback/ },
    blind: { services: [service()] },
  });
});

describe('endpoints/routable, another Service’s address', () => {
  const other = service({ clusterIP: '10.96.0.8' }, { name: 'other' });
  proveCheck(routable, {
    healthy: webCluster,
    broken: { services: [service(), other], endpointslices: [slice([{ addresses: ['10.96.0.8'] }])] },
    problem: { summary: /10\.96\.0\.8 .* is the ClusterIP of shop\/other/ },
    blind: { services: [service()] },
  });
});
