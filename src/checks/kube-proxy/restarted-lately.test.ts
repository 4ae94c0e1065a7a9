import { describe } from 'vitest';
import { node, service } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { restartedLately } from './restarted-lately.ts';

const udp = service({ ports: [{ port: 7000, protocol: 'UDP' }] });
const proxy = (startedAt: string) => ({
  metadata: { name: 'kube-proxy-x', namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
  spec: { nodeName: 'node-a', hostNetwork: true, containers: [{ name: 'kube-proxy' }] },
  status: {
    phase: 'Running',
    containerStatuses: [{ name: 'kube-proxy', state: { running: { startedAt } } }],
  },
});
const cluster = (startedAt: string, release: string, subject: object = udp) => ({
  services: [subject],
  pods: [proxy(startedAt)],
  nodes: [node({ nodeInfo: { kubeletVersion: release } })],
  files: { 'nodes/node-a/date.txt': '2026-11-23T19:10:00+00:00\n', 'nodes/node-a/mode.txt': 'iptables' },
});

describe('kube-proxy/restarted-lately', () => {
  proveCheck(restartedLately, {
    healthy: cluster('2026-11-23T10:00:00Z', 'v1.30.4'),
    broken: cluster('2026-11-23T19:08:00Z', 'v1.30.4'),
    problem: {
      severity: 'info',
      node: 'node-a',
      share: [0, 0],
      summary: /^kube-proxy on node-a started 120 s before it was read/,
    },
    blind: { services: [udp] },
  });
});

describe('kube-proxy/restarted-lately, a release that keeps entries', () => {
  proveCheck(restartedLately, {
    healthy: cluster('2026-11-23T19:08:00Z', 'v1.32.0'),
    broken: cluster('2026-11-23T19:08:00Z', 'v1.31.9'),
    problem: { severity: 'info', summary: /UDP/ },
    blind: { services: [udp] },
  });
});

describe('kube-proxy/restarted-lately, a Service of TCP', () => {
  proveCheck(restartedLately, {
    healthy: cluster('2026-11-23T19:08:00Z', 'v1.30.4', service()),
    broken: cluster('2026-11-23T19:08:00Z', 'v1.30.4'),
    problem: { severity: 'info', summary: /UDP/ },
    blind: { services: [udp] },
  });
});
