import { describe } from 'vitest';
import { pod, service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { ownAddress } from './own-address.ts';

const stranger = pod('other', {}, { nodeName: 'node-b' }, { labels: { app: 'other' } });

describe('endpoints/own-address', () => {
  proveCheck(ownAddress, {
    healthy: webCluster,
    broken: { ...webCluster, pods: [pod(), stranger] },
    problem: {
      severity: 'error',
      faults: ['E12', 'N12'],
      summary: /10\.244\.1\.9 belongs to pod shop\/web-1 and to shop\/other/,
    },
    blind: { services: [service()] },
  });
});
