import { describe } from 'vitest';
import { dns, service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { externalName } from './external-name.ts';

const named = (name: string, subject = {}) => ({
  services: [
    ...dns().services,
    service({ type: 'ExternalName', externalName: name, clusterIP: undefined }),
    service({}, { name: 'db' }),
  ],
  subject,
});

describe('dns/external-name, an address', () => {
  proveCheck(externalName, {
    healthy: named('db.shop.svc.cluster.local'),
    broken: named('203.0.113.7'),
    problem: { severity: 'error', summary: /is an address, and a CNAME record can only hold a name/ },
    blind: { pods: [] },
  });
});

describe('dns/external-name, a Service that is not there', () => {
  proveCheck(externalName, {
    healthy: named('db.shop.svc.cluster.local'),
    broken: named('dbb.shop.svc.cluster.local'),
    problem: { severity: 'error', summary: /names a Service that does not exist/ },
    blind: { pods: [] },
  });
});

describe('dns/external-name, a name outside', () => {
  proveCheck(externalName, {
    healthy: named('db.example.org', { isOneOfMany: true }),
    broken: named('db.example.org'),
    problem: {
      severity: 'warning',
      share: [0, 1],
      summary: /whether db\.example\.org resolves was not asked/,
    },
    blind: { pods: [] },
  });
});

describe('dns/external-name, the short name of a Service', () => {
  proveCheck(externalName, {
    healthy: named('db.shop.svc.cluster.local'),
    broken: named('db'),
    problem: { severity: 'error', summary: /is the short name of a Service/ },
    blind: { pods: [] },
  });
});

describe('dns/external-name, an upstream server that does not answer', () => {
  const log =
    '[ERROR] plugin/errors: 2 db.example.org. A: read udp 10.244.1.2:45323->10.0.0.2:53: i/o timeout\n';
  proveCheck(externalName, {
    healthy: named('db.shop.svc.cluster.local'),
    broken: { ...named('db.example.org'), files: { 'pods/kube-system_coredns-1.log': log } },
    problem: {
      severity: 'error',
      faults: ['D11', 'D21'],
      summary: /CoreDNS gets no answer for db\.example\.org/,
    },
    blind: { pods: [] },
  });
});
