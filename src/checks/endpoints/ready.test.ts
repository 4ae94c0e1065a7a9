import { describe } from 'vitest';
import { node, pod, service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { endpointsReady } from './ready.ts';

const unready = { conditions: [{ type: 'Ready', status: 'False' }] };
const withPod = (status: object) => ({ ...webCluster, pods: [pod('web-1', { ...unready, ...status })] });
const blind = { services: [service()], pods: [pod()] };

describe('endpoints/ready, a probe that fails', () => {
  const event = {
    metadata: { name: 'e', namespace: 'shop' },
    reason: 'Unhealthy',
    type: 'Warning',
    message: 'Readiness probe failed: HTTP probe failed with statuscode: 503',
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-1' },
  };
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: { ...withPod({ containerStatuses: [{ name: 'app', ready: false }] }), events: [event] },
    problem: {
      severity: 'error',
      faults: ['E01'],
      summary: /GET :8080\/healthz fails: Readiness probe failed: .* 503/,
    },
    blind,
  });
});

describe('endpoints/ready, a container that crashes', () => {
  const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' };
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: withPod({
      containerStatuses: [
        {
          name: 'app',
          ready: false,
          restartCount: 7,
          state: { waiting },
          lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
        },
      ],
    }),
    problem: {
      severity: 'error',
      faults: ['E02'],
      summary: /CrashLoopBackOff, last exit code 137 \(OOMKilled\), 7 restarts/,
    },
    blind,
  });
});

describe('endpoints/ready, a gate that nobody opens', () => {
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: {
      ...webCluster,
      pods: [
        pod(
          'web-1',
          { ...unready, containerStatuses: [{ name: 'app', ready: true }] },
          { readinessGates: [{ conditionType: 'lb/ready' }] },
        ),
      ],
    },
    problem: { faults: ['E03'], summary: /readiness gate lb\/ready is not open/ },
    blind,
  });
});

describe('endpoints/ready, a node that is gone', () => {
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: {
      ...withPod({}),
      nodes: [node({ conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] })],
    },
    problem: { faults: ['O01'], node: 'node-a', summary: /node node-a is not ready \(NodeStatusUnknown\)/ },
    blind,
  });
});

describe('endpoints/ready, scaled to nothing', () => {
  const deployment = {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { replicas: 0, template: { metadata: { labels: { app: 'web' } } } },
  };
  proveCheck(endpointsReady, {
    healthy: webCluster,
    broken: { ...webCluster, pods: [], deployments: [deployment] },
    problem: { faults: ['E02', 'S01'], summary: /Deployment web, .* has no pod: it is scaled to 0/ },
    blind,
  });
});
