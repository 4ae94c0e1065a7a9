import { describe } from 'vitest';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { portAsked } from './port-asked.ts';

describe('service/port-asked', () => {
  proveCheck(portAsked, {
    healthy: { ...webCluster, subject: { port: 80 } },
    broken: { ...webCluster, subject: { port: 8080 } },
    problem: { severity: 'error', share: [1, 1], summary: /8080 is the targetPort behind port 80/ },
    blind: { pods: [] },
  });
});
