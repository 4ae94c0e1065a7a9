import { describe } from 'vitest';
import { dns, node, pod, service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { zoneServed } from './zone-served.ts';

describe('dns/zone-served', () => {
  proveCheck(zoneServed, {
    healthy: dns(),
    broken: dns({ corefile: 'kubernetes corp.local' }),
    // Neither clusters of their own domain nor those with a wrong Corefile tell by themselves.
    problem: {
      severity: 'warning',
      faults: ['D03', 'D10'],
      share: [0, 1],
      summary: /may not resolve: the Corefile serves corp\.local, and no resolv\.conf/,
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

describe('dns/zone-served, another port than the Service leads to', () => {
  const ports = (targetPort: number) => [{ name: 'dns', port: 53, protocol: 'UDP', targetPort }];
  proveCheck(zoneServed, {
    healthy: dns({ ports: ports(53) }),
    broken: dns({ ports: ports(5353) }),
    problem: {
      faults: ['S03', 'D10'],
      summary: /leads to port 5353 of its pods, .* serves Kubernetes on 53/,
    },
    blind: { services: [] },
  });
});

describe('dns/zone-served, a domain that is rewritten to the one that is served', () => {
  const files = {
    'nodes/node-a/resolv.conf':
      'search shop.svc.corp.local svc.corp.local corp.local\nnameserver 10.96.0.10\n',
  };
  proveCheck(zoneServed, {
    healthy: {
      ...dns({ corefile: 'rewrite name suffix .corp.local .cluster.local\n  kubernetes cluster.local' }),
      files,
    },
    broken: {
      ...dns({ corefile: 'rewrite name suffix .corp.example .cluster.local\n  kubernetes cluster.local' }),
      files,
    },
    problem: { faults: ['D03', 'D10'], summary: /pods search corp\.local/ },
    blind: { services: [] },
  });
});

const corp = dns({ corefile: 'kubernetes corp.local' });
const configMap = (name: string, data: Record<string, string>): object => ({
  metadata: { namespace: 'kube-system', name },
  data,
});
const kubelet = (domain: string): object =>
  configMap('kubelet-config', { kubelet: `kind: KubeletConfiguration\nclusterDomain: ${domain}\n` });
const kubeadm = configMap('kubeadm-config', {
  ClusterConfiguration: 'networking:\n  dnsDomain: corp.local\n  serviceSubnet: 10.96.0.0/12\n',
});
const alias = (externalName: string): object => service({ type: 'ExternalName', externalName });

describe.each([
  ['kubelet’s configuration', { ...corp, configmaps: [...corp.configmaps, kubelet('corp.local')] }],
  ['kubeadm’s configuration', { ...corp, configmaps: [...corp.configmaps, kubeadm] }],
  ['an ExternalName', { ...corp, services: [...corp.services, alias('web.shop.svc.corp.local')] }],
  [
    'kubelet on a node, as it is kept',
    {
      ...corp,
      files: { 'nodes/node-a/kubelet-configz.json': '{"kubeletconfig":{"clusterDomain":"corp.local"}}' },
    },
  ],
  [
    'kubelet on a node',
    {
      ...corp,
      files: {
        'nodes/node-a/kubelet-configz.json':
          '{"kubeletconfig":{"clusterDNS":["10.96.0.10"],"clusterDomain":"corp.local"}}',
      },
    },
  ],
  [
    'k3s',
    {
      ...corp,
      nodes: [
        node({}, {}, 'node-a', {
          annotations: { 'k3s.io/node-args': '["server","--cluster-domain","corp.local"]' },
        }),
      ],
    },
  ],
  [
    'NodeLocal DNS',
    {
      ...corp,
      configmaps: [
        ...corp.configmaps,
        configMap('node-local-dns', { Corefile: 'corp.local:53 {\n  cache\n}\n' }),
      ],
    },
  ],
  [
    'an argument of a pod',
    {
      ...corp,
      pods: [
        ...corp.pods,
        pod('app', {}, { containers: [{ name: 'app', args: ['--db=db.shop.svc.corp.local:5432'] }] }),
      ],
    },
  ],
])('dns/zone-served, another domain that %s tells', (_, healthy) => {
  proveCheck(zoneServed, {
    healthy,
    broken: {
      ...corp,
      configmaps: [...corp.configmaps, kubelet('cluster.local')],
      services: [...corp.services, alias('web.shop.svc.corp.localhost')],
    },
    problem: {
      severity: 'error',
      summary: /pods search cluster\.local, and the Corefile serves corp\.local/,
    },
    blind: { services: [] },
  });
});
