import { describe } from 'vitest';
import { node, pod } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { clusterCidr } from './cluster-cidr.ts';

const cluster = (cidr: string) => ({
  services: [],
  nodes: [node()],
  files: {
    'nodes/node-a/configz.json': `{"kubeproxy.config.k8s.io":{"mode":"iptables","clusterCIDR":"${cidr}"}}`,
  },
});

describe('kube-proxy/cluster-cidr', () => {
  proveCheck(clusterCidr, {
    healthy: cluster('10.244.0.0/16'),
    broken: cluster('10.96.0.0/16'),
    problem: {
      severity: 'warning',
      node: 'node-a',
      summary: /takes 10\.96\.0\.0\/16 for pods, but the node’s pods are in 10\.244\.1\.0\/24/,
    },
    blind: { services: [] },
  });
});

const byInterface = (bridge: string) => ({
  services: [],
  nodes: [node()],
  pods: [pod()],
  files: {
    'nodes/node-a/configz.json': `{"kubeproxy.config.k8s.io":{"mode":"iptables","detectLocalMode":"BridgeInterface","detectLocal":{"bridgeInterface":"${bridge}"}}}`,
    'nodes/node-a/ip-route.txt':
      'default via 192.0.2.1 dev eth0\n10.244.1.0/24 dev cni0 proto kernel scope link src 10.244.1.1\n',
  },
});

describe('kube-proxy/cluster-cidr, told by an interface', () => {
  proveCheck(clusterCidr, {
    healthy: byInterface('cni0'),
    broken: byInterface('docker0'),
    problem: {
      severity: 'warning',
      faults: ['K13', 'R05'],
      summary: /takes for pods what arrives by docker0, but the node’s pods are behind cni0/,
    },
    blind: { services: [] },
  });
});

describe('kube-proxy/cluster-cidr, where pods are not in the Node’s range', () => {
  const pods = (podIP: string) => ({ ...cluster('10.96.0.0/16'), pods: [pod('web-1', { podIP })] });
  proveCheck(clusterCidr, {
    healthy: pods('10.96.3.4'),
    broken: pods('10.244.1.9'),
    problem: { severity: 'warning', node: 'node-a', summary: /the node’s pods are in 10\.244\.1\.0\/24/ },
    blind: { services: [] },
  });
});
