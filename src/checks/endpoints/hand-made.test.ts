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
