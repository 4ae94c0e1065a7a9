import { describe } from 'vitest';
import { service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { claimedOnce } from './claimed-once.ts';

const other = (address: string) => service({ externalIPs: [address] }, { name: 'other' });

describe('service/claimed-once', () => {
  proveCheck(claimedOnce, {
    healthy: { services: [service({ externalIPs: ['203.0.113.7'] }), other('203.0.113.8')] },
    broken: { services: [service({ externalIPs: ['203.0.113.7'] }), other('203.0.113.7')] },
    problem: {
      severity: 'error',
      summary: /203\.0\.113\.7:80\/TCP is claimed by shop\/web and by shop\/other/,
    },
    blind: { pods: [] },
  });
});
