import { describe } from 'vitest';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { proxied } from './proxied.ts';

describe('service/proxied', () => {
  proveCheck(proxied, {
    healthy: webCluster,
    broken: { services: [service({}, { labels: { 'service.kubernetes.io/service-proxy-name': 'other' } })] },
    problem: {
      severity: 'error',
      share: [1, 1],
      summary: /service-proxy-name=other tells kube-proxy to leave shop\/web/,
    },
    blind: { pods: [] },
  });
});
