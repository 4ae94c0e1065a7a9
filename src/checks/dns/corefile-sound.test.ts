import { describe } from 'vitest';
import { dns } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { corefileSound } from './corefile-sound.ts';

describe('dns/corefile-sound', () => {
  proveCheck(corefileSound, {
    healthy: dns(),
    broken: dns({ corefile: 'kubernetes cluster.local {\n  ttl 30\n' }),
    problem: { severity: 'error', summary: /the Corefile is broken: a brace is not closed/ },
    blind: { services: [] },
  });
});

describe('dns/corefile-sound, a template that answers for the namespace', () => {
  proveCheck(corefileSound, {
    healthy: dns({
      corefile: 'kubernetes cluster.local\n  template ANY ANY example.org {\n    rcode NXDOMAIN\n  }',
    }),
    broken: dns({
      corefile:
        'kubernetes cluster.local\n  template ANY ANY shop.svc.cluster.local {\n    rcode NXDOMAIN\n  }',
    }),
    problem: {
      share: [1, 1],
      summary: /web\.shop\.svc\.cluster\.local is answered by a template \(plugin template/,
    },
    blind: { services: [] },
  });
});
