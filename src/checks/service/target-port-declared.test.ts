import { describe } from 'vitest';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { targetPortDeclared } from './target-port-declared.ts';

describe('service/target-port-declared', () => {
  proveCheck(targetPortDeclared, {
    healthy: webCluster,
    broken: { ...webCluster, services: [service({ ports: [{ port: 80, targetPort: 8081 }] })] },
    problem: {
      severity: 'warning',
      share: [0, 1],
      summary: /leads to 8081, which no pod declares: they declare 8080 and answer/,
    },
    blind: { services: [service()] },
  });
});
