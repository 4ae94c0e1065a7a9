import { describe } from 'vitest';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { protocolSpoken } from './protocol-spoken.ts';

describe('service/protocol-spoken', () => {
  proveCheck(protocolSpoken, {
    healthy: webCluster,
    broken: {
      ...webCluster,
      services: [service({ ports: [{ port: 80, targetPort: 8080, protocol: 'UDP' }] })],
    },
    problem: { severity: 'error', share: [1, 1], summary: /is UDP, but the pods declare 8080 for TCP/ },
    blind: { services: [service()] },
  });
});
