import { describe } from 'vitest';
import { node, service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { nodePortServed } from './node-port-served.ts';

const served = (range: string) => ({
  services: [service({ type: 'NodePort', ports: [{ port: 80, nodePort: 30_080 }] })],
  nodes: [node()],
  files: {
    'nodes/node-a/configz.json': `{"kubeproxy.config.k8s.io":{"mode":"iptables","nodePortAddresses":["${range}"]}}`,
  },
});

describe('external/node-port-served', () => {
  proveCheck(nodePortServed, {
    healthy: served('192.0.2.0/24'),
    broken: served('127.0.0.0/8'),
    problem: {
      severity: 'error',
      summary: /NodePort 30080 .* served on no node: nodePortAddresses is 127\.0\.0\.0\/8/,
    },
    blind: { services: [service()] },
  });
});
