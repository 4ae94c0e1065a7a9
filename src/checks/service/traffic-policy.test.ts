import { describe } from 'vitest';
import { client, promise, verified } from '../../verify/verification-fixture.ts';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { trafficPolicy } from './traffic-policy.ts';

const denied = promise('node-b', { outcome: 'drop', endpoints: [], deniedBy: 'internalTrafficPolicy' });

describe('service/traffic-policy', () => {
  proveCheck(trafficPolicy, {
    healthy: { ...webCluster, verifications: [verified(promise('node-a'), [1, 1])] },
    broken: {
      ...webCluster,
      services: [service({ internalTrafficPolicy: 'Local' })],
      verifications: [verified(promise('node-a'), [1, 1]), verified(denied, [0, 0])],
    },
    problem: {
      severity: 'warning',
      faults: ['S13'],
      summary: /internalTrafficPolicy is Local and node-b has no endpoint/,
    },
    blind: webCluster,
  });
});

describe('service/traffic-policy, a kube-proxy that has the wrong name', () => {
  proveCheck(trafficPolicy, {
    healthy: { ...webCluster, verifications: [verified(promise('node-a'), [1, 1])] },
    broken: {
      ...webCluster,
      files: {
        'nodes/node-b/configz.json':
          '{"kubeproxy.config.k8s.io":{"mode":"iptables","hostnameOverride":"node-b.lab"}}',
      },
      verifications: [verified(denied, [0, 0])],
    },
    problem: {
      severity: 'error',
      faults: ['K11', 'X02', 'S13'],
      summary: /kube-proxy on node-b calls itself node-b\.lab/,
    },
    blind: webCluster,
  });
});

describe('service/traffic-policy, a client on a node with an endpoint that asks a node without', () => {
  const asked = promise('node-b', {
    outcome: 'drop',
    endpoints: [],
    deniedBy: 'externalTrafficPolicy',
    vantage: client('node-a', { kind: 'node' }),
    node: 'node-b',
  });
  proveCheck(trafficPolicy, {
    healthy: { ...webCluster, verifications: [verified(promise('node-a'), [1, 1])] },
    broken: { ...webCluster, verifications: [verified(asked, [0, 0])] },
    problem: { faults: ['X02', 'X03'], summary: /is Local and node-b has no endpoint/ },
    blind: webCluster,
  });
});
