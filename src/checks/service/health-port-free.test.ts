import { describe } from 'vitest';
import { service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { healthPortFree } from './health-port-free.ts';

const cluster = (nodePort: number) => ({
  services: [
    service({ healthCheckNodePort: 31_000 }),
    service({ ports: [{ port: 80, nodePort }] }, { name: 'other' }),
  ],
});

describe('service/health-port-free', () => {
  proveCheck(healthPortFree, {
    healthy: cluster(31_001),
    broken: cluster(31_000),
    problem: {
      severity: 'warning',
      summary: /healthCheckNodePort 31000 of shop\/web is taken by shop\/other/,
    },
    blind: { pods: [] },
  });
});
