import { describe } from 'vitest';
import { pod } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { resolverWhole } from './resolver-whole.ts';

const told = (name: string) => ({
  pods: [pod('client')],
  subject: { from: { pod: 'shop/client' } },
  events: [
    {
      metadata: { name: `${name}.17a`, namespace: 'shop' },
      involvedObject: { kind: 'Pod', namespace: 'shop', name },
      type: 'Warning',
      reason: 'DNSConfigForming',
      message:
        'Search Line limits were exceeded, some search paths have been omitted, the applied search line is: shop.svc.cluster.local svc.cluster.local cluster.local lab.example.net example.net example.com',
    },
  ],
});

describe('dns/resolver-whole', () => {
  proveCheck(resolverWhole, {
    healthy: told('another'),
    broken: told('client'),
    problem: {
      severity: 'warning',
      share: [0, 0],
      summary: /^kubelet left domains to search out of the resolv\.conf of shop\/client/,
    },
    blind: { pods: [pod('client')], subject: { from: { pod: 'shop/client' } } },
  });
});
