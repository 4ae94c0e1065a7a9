import { describe } from 'vitest';
import { node } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { underPressure } from './under-pressure.ts';

const conditions = (memory: string) => ({
  nodes: [
    node({
      conditions: [
        {
          type: 'MemoryPressure',
          status: memory,
          reason: 'KubeletHasInsufficientMemory',
          message: 'kubelet has insufficient memory available',
        },
        { type: 'DiskPressure', status: 'False' },
        { type: 'Ready', status: 'True' },
      ],
    }),
  ],
});

describe('node/under-pressure', () => {
  proveCheck(underPressure, {
    healthy: conditions('False'),
    broken: conditions('True'),
    problem: {
      severity: 'warning',
      node: 'node-a',
      share: [0, 0],
      summary: /^node-a reports MemoryPressure/,
    },
    blind: { pods: [] },
  });
});

describe('node/under-pressure, kube-proxy', () => {
  const proxy = (reason: string, now: string) => ({
    nodes: [node()],
    pods: [
      {
        metadata: { name: 'kube-proxy-x', namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
        spec: { nodeName: 'node-a', hostNetwork: true, containers: [{ name: 'kube-proxy' }] },
        status: {
          phase: 'Running',
          containerStatuses: [
            {
              name: 'kube-proxy',
              restartCount: 3,
              state: { running: {} },
              lastState: { terminated: { reason, exitCode: 137, finishedAt: '2026-01-01T10:00:03Z' } },
            },
          ],
        },
      },
    ],
    files: { 'nodes/node-a/date.txt': `${now}\n` },
  });
  proveCheck(underPressure, {
    healthy: proxy('Error', '2026-01-01T11:00:00Z'),
    broken: proxy('OOMKilled', '2026-01-01T11:00:00Z'),
    problem: { severity: 'warning', summary: /kube-proxy on node-a was killed .*\(3 restarts/ },
    blind: { pods: [] },
  });
  proveCheck(underPressure, {
    healthy: proxy('Error', '2026-01-09T11:00:00Z'),
    broken: proxy('OOMKilled', '2026-01-09T11:00:00Z'),
    problem: { severity: 'info', summary: /was killed/ },
    blind: { pods: [] },
  });
});
