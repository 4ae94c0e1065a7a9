import { describe } from 'vitest';
import { dns, node, pod } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { cacheRunning } from './cache-running.ts';

// As nodelocaldns.yaml of Kubernetes has it, with the addresses that `localip` names.
const cache = (localip: string, ready: string, nodeName = 'node-a') => ({
  metadata: { name: 'node-local-dns-7x2kd', namespace: 'kube-system' },
  spec: {
    nodeName,
    hostNetwork: true,
    dnsPolicy: 'Default',
    containers: [
      {
        name: 'node-cache',
        args: ['-localip', localip, '-conf', '/etc/Corefile', '-upstreamsvc', 'kube-dns-upstream'],
      },
    ],
  },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: ready }],
    containerStatuses: [
      ready === 'True'
        ? { name: 'node-cache', ready: true, state: { running: {} } }
        : {
            name: 'node-cache',
            ready: false,
            restartCount: 9,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
          },
    ],
  },
});
const base = dns();
const cluster = (server: string, ...caches: object[]) => ({
  services: base.services,
  nodes: [node(), node({}, {}, 'node-b')],
  pods: [...base.pods, pod('client', { podIP: '10.244.1.4' }), ...caches],
  files: { 'pods/shop_client/resolv.conf': `nameserver ${server}\nsearch shop.svc.cluster.local\n` },
});
const blind = { services: base.services };

describe('dns/cache-running, of pods that ask its link-local address', () => {
  proveCheck(cacheRunning, {
    healthy: cluster('169.254.20.10', cache('169.254.20.10', 'True')),
    broken: cluster('169.254.20.10', cache('169.254.20.10', 'False')),
    problem: {
      severity: 'error',
      node: 'node-a',
      summary:
        /^names do not resolve in pods on node-a: its NodeLocal DNS, node-local-dns-7x2kd, is not ready: .*CrashLoopBackOff/,
    },
    blind,
  });
});

describe('dns/cache-running, of pods on another node', () => {
  proveCheck(cacheRunning, {
    // The DNS Service's own address leads to CoreDNS where the cache does not take it.
    healthy: cluster('10.96.0.10', cache('169.254.20.10,10.96.0.10', 'False', 'node-b')),
    broken: cluster('169.254.20.10', cache('169.254.20.10', 'False', 'node-b')),
    problem: {
      severity: 'warning',
      node: 'node-b',
      summary: /in pods on node-b that ask NodeLocal DNS alone/,
    },
    blind,
  });
});
