import { describe } from 'vitest';
import { dns } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { cacheUpstream } from './cache-upstream.ts';

// As nodelocaldns.yaml of Kubernetes has them.
const cache = {
  metadata: {
    name: 'node-local-dns-7x2kd',
    namespace: 'kube-system',
    labels: { 'k8s-app': 'node-local-dns' },
  },
  spec: {
    hostNetwork: true,
    dnsPolicy: 'Default',
    containers: [
      {
        name: 'node-cache',
        args: [
          '-localip',
          '169.254.20.10,10.96.0.10',
          '-conf',
          '/etc/Corefile',
          '-upstreamsvc',
          'kube-dns-upstream',
        ],
      },
    ],
    volumes: [{ name: 'config-volume', configMap: { name: 'node-local-dns' } }],
  },
  status: { phase: 'Running' },
};
const corefile = (server: string) => ({
  metadata: { name: 'node-local-dns', namespace: 'kube-system' },
  data: {
    Corefile: `cluster.local:53 {\n  errors\n  cache {\n    success 9984 30\n    denial 9984 5\n  }\n  bind 169.254.20.10 10.96.0.10\n  forward . ${server} {\n    force_tcp\n  }\n}\n`,
  },
});
const upstream = {
  metadata: { name: 'kube-dns-upstream', namespace: 'kube-system' },
  spec: { clusterIP: '10.96.31.7', selector: { 'k8s-app': 'kube-dns' }, ports: [{ port: 53 }] },
};
const slice = (...endpoints: object[]) => ({
  metadata: {
    name: 'kube-dns-upstream-x',
    namespace: 'kube-system',
    labels: { 'kubernetes.io/service-name': 'kube-dns-upstream' },
  },
  addressType: 'IPv4',
  endpoints,
});
const base = dns();
const cluster = (services: object[], slices: object[], configmaps?: object[]) => ({
  services: [...base.services, ...services],
  pods: [...base.pods, cache],
  endpointslices: slices,
  ...(configmaps ? { configmaps } : {}),
});
const ready = { addresses: ['10.244.1.2'], conditions: { ready: true } };
const placeholder = [corefile('__PILLAR__CLUSTER__DNS__')];
const blind = { services: base.services };

describe('dns/cache-upstream, no endpoints', () => {
  proveCheck(cacheUpstream, {
    healthy: cluster([upstream], [slice(ready)], placeholder),
    broken: cluster([upstream], [slice()], placeholder),
    problem: {
      severity: 'error',
      share: [1, 1],
      summary: /it asks kube-system\/kube-dns-upstream, which leads to no server that is ready/,
    },
    blind,
  });
});

describe('dns/cache-upstream, no Service', () => {
  proveCheck(cacheUpstream, {
    // As kubespray has it: the servers stand in the Corefile.
    healthy: cluster([], [], [corefile('10.96.0.10')]),
    broken: cluster([], [], placeholder),
    problem: { severity: 'error', share: [1, 1], summary: /which does not exist/ },
    blind,
  });
});

describe('dns/cache-upstream, no Corefile', () => {
  proveCheck(cacheUpstream, {
    healthy: cluster([upstream], [slice(ready)]),
    broken: cluster([], []),
    problem: { severity: 'warning', share: [0, 1], summary: /which does not exist/ },
    blind,
  });
});
