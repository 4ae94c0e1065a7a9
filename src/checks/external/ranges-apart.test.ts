import { describe } from 'vitest';
import { node, service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { rangesApart } from './ranges-apart.ts';

describe('external/ranges-apart', () => {
  proveCheck(rangesApart, {
    healthy: {
      services: [service()],
      nodes: [node(), node({ addresses: [] }, { podCIDR: '10.244.2.0/24' }, 'node-b')],
    },
    broken: { services: [service()], nodes: [node({}, { podCIDR: '10.96.0.0/24' })] },
    problem: {
      severity: 'warning',
      faults: ['R06'],
      summary: /pod range 10\.96\.0\.0\/24 of node-a overlaps ClusterIP 10\.96\.0\.7 of shop\/web/,
    },
    blind: { services: [service()] },
  });
});
