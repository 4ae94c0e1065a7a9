import { describe } from 'vitest';
import { dns } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { searchWasted } from './search-wasted.ts';

const line = (name: string, rcode: string): string =>
  `[INFO] 10.244.1.9:48312 - 1234 "A IN ${name}. udp 54 false 512" ${rcode} qr,aa,rd 147 0.000123s\n`;
const headless = { metadata: { name: 'db', namespace: 'shop' }, spec: { clusterIP: 'None' } };
const logged = (outside: number, inside: number) => ({
  ...dns(),
  services: [...dns().services, headless],
  subject: { namespace: 'kube-system', name: 'kube-dns' },
  files: {
    'pods/kube-system_coredns-1.log':
      line('example.com.shop.svc.cluster.local', 'NXDOMAIN').repeat(outside) +
      line('web.shop.svc.cluster.local', 'NOERROR').repeat(inside) +
      // A pod of a headless Service, and a Service that is not there.
      line('db-0.db.shop.svc.cluster.local', 'NXDOMAIN').repeat(10) +
      line('gone.shop.svc.cluster.local', 'NXDOMAIN').repeat(10),
  },
});

describe('dns/search-wasted', () => {
  proveCheck(searchWasted, {
    healthy: logged(20, 60),
    broken: logged(60, 20),
    problem: {
      severity: 'info',
      share: [0, 0],
      summary: /^60 of 100 questions to the DNS servers were for names outside/,
    },
    blind: { services: dns().services },
  });
});
