import { describe } from 'vitest';
import { dns } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { zoneServed } from './zone-served.ts';

describe('dns/zone-served', () => {
  proveCheck(zoneServed, {
    healthy: dns(),
    broken: dns({ corefile: 'kubernetes corp.local' }),
    problem: {
      severity: 'error',
      faults: ['D03', 'D10'],
      share: [1, 1],
      summary: /pods search cluster\.local .* serves corp\.local/,
    },
    blind: { services: [] },
  });
});

describe('dns/zone-served, a domain that a resolv.conf tells', () => {
  const resolv = {
    'nodes/node-a/resolv.conf':
      'search shop.svc.corp.local svc.corp.local corp.local\nnameserver 10.96.0.10\n',
  };
  proveCheck(zoneServed, {
    healthy: { ...dns({ corefile: 'kubernetes corp.local' }), files: resolv },
    broken: { ...dns(), files: resolv },
    problem: { summary: /pods search corp\.local, and the Corefile serves cluster\.local/ },
    blind: { services: [] },
  });
});

describe('dns/zone-served, no kubernetes plugin', () => {
  proveCheck(zoneServed, {
    healthy: dns(),
    broken: dns({ corefile: 'ready' }),
    problem: { faults: ['D10', 'D03'], summary: /has no kubernetes plugin/ },
    blind: { services: [] },
  });
});
