import { describe } from 'vitest';
import { pod, service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { addressLasts } from './address-lasts.ts';

const START = '2026-01-05T11:00:00Z';
const apiServer = {
  metadata: { name: 'kube-apiserver-a', namespace: 'kube-system', labels: { component: 'kube-apiserver' } },
  spec: {
    nodeName: 'node-a',
    hostNetwork: true,
    containers: [
      { name: 'kube-apiserver', command: ['kube-apiserver', '--service-cluster-ip-range=10.96.0.0/24'] },
    ],
  },
  status: { phase: 'Running' },
};
const dialling = (address: string, born: string, servers: readonly object[] = [apiServer]) => ({
  ...webCluster,
  services: [service({}, { creationTimestamp: born })],
  pods: [...servers, pod(), pod('client', { podIP: '10.244.1.77', startTime: START }, {}, { labels: {} })],
  files: {
    'nodes/node-a/conntrack.txt': `tcp      6 117 SYN_SENT src=10.244.1.77 dst=${address} sport=41234 dport=80 [UNREPLIED] src=${address} dst=10.244.1.77 sport=80 dport=41234 mark=0 use=1\n`,
  },
});
const LATER = '2026-01-05T12:00:00Z';
const broken = dialling('10.96.0.99', LATER);
const { files: _, ...blind } = broken;
const problem = {
  severity: 'warning' as const,
  share: [0, 0] as const,
  summary:
    /^shop\/client dials 10\.96\.0\.99:80, which no Service has, .* \(WEB_SERVICE_HOST\) .* may hold its former address$/,
};

describe('service/address-lasts', () => {
  proveCheck(addressLasts, { healthy: dialling('10.96.0.7', LATER), broken, problem, blind });
});

describe('service/address-lasts, a client that is younger than the Service', () => {
  proveCheck(addressLasts, {
    healthy: dialling('10.96.0.99', '2026-01-01T00:00:00Z'),
    broken,
    problem,
    blind,
  });
});

describe('service/address-lasts, an address outside, or of a pod that is gone', () => {
  proveCheck(addressLasts, { healthy: dialling('203.0.113.9', LATER), broken, problem, blind });
  proveCheck(addressLasts, { healthy: dialling('10.244.1.200', LATER), broken, problem, blind });
  proveCheck(addressLasts, { healthy: dialling('10.96.1.99', LATER), broken, problem, blind });
  proveCheck(addressLasts, { healthy: dialling('10.96.0.99', LATER, []), broken, problem, blind });
});

describe('service/address-lasts, of the client that is asked about', () => {
  const from = (name: string) => ({ subject: { from: { pod: name } } });
  proveCheck(addressLasts, {
    healthy: { ...broken, ...from('shop/web-1') },
    broken: { ...broken, ...from('shop/client') },
    problem: { ...problem, share: [0, 1] },
    blind,
  });
});

describe('service/address-lasts, an address that the node translates', () => {
  const translated = {
    ...broken,
    files: {
      'nodes/node-a/conntrack.txt': broken.files['nodes/node-a/conntrack.txt'].replace(
        'src=10.96.0.99 dst',
        'src=10.244.1.9 dst',
      ),
    },
  };
  proveCheck(addressLasts, { healthy: translated, broken, problem, blind });
});
