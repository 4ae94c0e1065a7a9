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

describe('kube-proxy/cluster-cidr, where pods are not in the Node’s range', () => {
  const pods = (podIP: string) => ({ ...cluster('10.96.0.0/16'), pods: [pod('web-1', { podIP })] });
  proveCheck(clusterCidr, {
    healthy: pods('10.96.3.4'),
    broken: pods('10.244.1.9'),
    problem: { severity: 'warning', node: 'node-a', summary: /the node’s pods are in 10\.244\.1\.0\/24/ },
    blind: { services: [] },
  });
});
