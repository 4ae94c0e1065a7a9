import { describe } from 'vitest';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { targetPortNamed } from './target-port-named.ts';

const leadingTo = (targetPort: string) => ({
  ...webCluster,
  services: [service({ ports: [{ port: 80, targetPort }] })],
});

describe('service/target-port-named', () => {
  proveCheck(targetPortNamed, {
    healthy: leadingTo('http'),
    broken: leadingTo('htpp'),
    problem: {
      severity: 'error',
      faults: ['S04'],
      summary: /"htpp" is the name of no TCP port .* they declare http = 8080/,
    },
    blind: { services: [service()] },
  });
});

describe('service/target-port-named, a number in quotes', () => {
  proveCheck(targetPortNamed, {
    healthy: leadingTo('http'),
    broken: leadingTo('8080'),
    problem: { faults: ['S05', 'S04'], summary: /in quotes a number is a name/ },
    blind: { services: [service()] },
  });
});
