import { describe } from 'vitest';
import { service, slice, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { portNames } from './port-names.ts';

describe('endpoints/port-names', () => {
  proveCheck(portNames, {
    healthy: webCluster,
    broken: {
      ...webCluster,
      endpointslices: [slice([{}], { ports: [{ name: 'web', protocol: 'TCP', port: 8080 }] })],
    },
    problem: {
      severity: 'error',
      faults: ['S08', 'S04'],
      summary: /no slice .* port named "http" \(TCP\).*the slices have web\/TCP = 8080/,
    },
    blind: { services: [service()] },
  });
});
