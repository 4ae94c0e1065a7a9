import { describe } from 'vitest';
import { node, service, slice } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { hintsSpread } from './hints-spread.ts';

const hinted = slice([{ hints: { forZones: [{ name: 'za' }] } }]);
const cluster = (zone: string) => ({
  services: [service()],
  endpointslices: [hinted],
  nodes: [{ ...node(), metadata: { name: 'node-a', labels: { 'topology.kubernetes.io/zone': zone } } }],
});

describe('service/hints-spread', () => {
  proveCheck(hintsSpread, {
    healthy: cluster('za'),
    broken: cluster('zb'),
    problem: { severity: 'info', summary: /hinted for za; node-a is in none of these zones/ },
    blind: { services: [service()] },
  });
});
