import { describe } from 'vitest';
import { dns } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { serverRunning } from './server-running.ts';

const down = dns({ podStatus: { conditions: [{ type: 'Ready', status: 'False' }] } });
const logged = (line: string) => ({
  ...down,
  files: { 'pods/kube-system_coredns-1.log': `.:53\n${line}\n` },
});
const { services } = dns();

describe('dns/server-running, a loop', () => {
  proveCheck(serverRunning, {
    healthy: dns(),
    broken: logged('[FATAL] plugin/loop: Loop (127.0.0.1:41234 -> :53) detected for zone "."'),
    problem: {
      severity: 'error',
      faults: ['D07', 'D06'],
      share: [1, 1],
      summary: /1 of 1 DNS pods is not ready: CoreDNS forwards to itself/,
    },
    blind: { services },
  });
});

describe('dns/server-running, a loop that the node’s resolver does not make', () => {
  const loop = (nameserver: string) => {
    const cluster = logged('[FATAL] plugin/loop: Loop (127.0.0.1:41234 -> :53) detected for zone "."');
    return {
      ...cluster,
      files: { ...cluster.files, 'nodes/node-a/resolv.conf': `nameserver ${nameserver}\n` },
    };
  };
  proveCheck(serverRunning, {
    healthy: dns(),
    broken: loop('192.0.2.53'),
    problem: {
      faults: ['D07', 'D08', 'D06'],
      summary: /resolver names 192\.0\.2\.53, so either one of these asks back, or they did not answer/,
    },
    blind: { services },
  });
  proveCheck(serverRunning, {
    healthy: dns(),
    broken: loop('127.0.0.53'),
    problem: { faults: ['D07', 'D06'], summary: /forwards to itself \(a loop\) and ends$/ },
    blind: { services },
  });
});

describe('dns/server-running, no right to read Services', () => {
  proveCheck(serverRunning, {
    healthy: dns(),
    broken: logged(
      '[ERROR] plugin/kubernetes: services is forbidden: User "system:serviceaccount:kube-system:coredns" cannot list resource "services"',
    ),
    problem: { faults: ['D09', 'D06'], summary: /may not read Services/ },
    blind: { services },
  });
});

describe('dns/server-running, killed for its memory', () => {
  proveCheck(serverRunning, {
    healthy: dns(),
    broken: dns({
      podStatus: {
        conditions: [{ type: 'Ready', status: 'False' }],
        containerStatuses: [
          {
            name: 'coredns',
            restartCount: 6,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
          },
        ],
      },
    }),
    problem: { faults: ['D24', 'D06'], summary: /CoreDNS was killed for want of memory \(6 restarts\)/ },
    blind: { services },
  });
});

describe('dns/server-running, no reason told', () => {
  proveCheck(serverRunning, {
    healthy: dns(),
    broken: down,
    problem: { faults: ['D06'], summary: /not ready$/ },
    blind: { services },
  });
});

describe('dns/server-running, pods without a Service', () => {
  const { pods } = dns();
  const other = {
    metadata: { name: 'cluster-dns', namespace: 'kube-system' },
    spec: { selector: { 'k8s-app': 'kube-dns' } },
  };
  proveCheck(serverRunning, {
    healthy: { services: [other], pods },
    broken: { services: [], pods },
    problem: {
      severity: 'error',
      faults: ['D06', 'D01'],
      share: [1, 1],
      summary: /no Service leads to them/,
    },
    blind: { services },
  });
});
