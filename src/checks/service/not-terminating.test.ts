import { describe } from 'vitest';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { notTerminating } from './not-terminating.ts';

describe('service/not-terminating', () => {
  proveCheck(notTerminating, {
    healthy: webCluster,
    broken: {
      services: [service({}, { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['lb/cleanup'] })],
    },
    problem: {
      severity: 'warning',
      summary: /being deleted since 2026-01-01T00:00:00Z and waits for lb\/cleanup/,
    },
    blind: { pods: [] },
  });
});
