import { describe } from 'vitest';
import { service, slice } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { handMade } from './hand-made.ts';

const byHand = service({ selector: undefined });

describe('endpoints/hand-made', () => {
  proveCheck(handMade, {
    healthy: { services: [byHand], endpointslices: [slice()] },
    broken: { services: [byHand], endpointslices: [slice([{}], {}, { labels: {} })] },
    problem: {
      severity: 'error',
      faults: ['E07', 'E08'],
      summary: /web-x lacks the label kubernetes\.io\/service-name=web/,
    },
    blind: { services: [byHand] },
  });
});

describe('endpoints/hand-made, slices that proxies do not use', () => {
  const broken = (endpoint: object, more: object) => ({
    services: [byHand],
    endpointslices: [slice([{ ...endpoint }], { ...more })],
  });
  const healthy = { services: [byHand], endpointslices: [slice()] };
  const blind = { services: [byHand] };
  proveCheck(handMade, {
    healthy,
    broken: broken({ addresses: ['db.example.net'] }, { addressType: 'FQDN' }),
    problem: { faults: ['E07', 'S11'], summary: /hold FQDN addresses, and the Service is IPv4/ },
    blind,
  });
  proveCheck(handMade, {
    healthy,
    broken: broken({ conditions: { ready: false } }, {}),
    problem: { faults: ['E07', 'E01'], summary: /none of the endpoints that were made by hand/ },
    blind,
  });
});
