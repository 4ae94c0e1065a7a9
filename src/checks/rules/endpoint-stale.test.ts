import { describe, expect } from 'vitest';
import { differs, promise, verified, webEndpoint } from '../../verify/verification-fixture.ts';
import { slice } from '../cluster-fixture.ts';
import { failsBy, unwalked, works } from '../discrepancy-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { endpointStale } from './endpoint-stale.ts';

const stale = failsBy('endpoint-stale', { endpoint: webEndpoint });

describe('rules/endpoint-stale', () => {
  proveCheck(endpointStale, {
    healthy: works,
    broken: stale,
    problem: {
      severity: 'error',
      node: 'node-a',
      faults: ['K05', 'R08'],
      summary: /node-a still sends to 10\.244\.1\.9:8080/,
    },
    blind: unwalked,
  });
});

describe('rules/endpoint-stale, a kube-proxy that cannot reach the API server', () => {
  const log =
    'E1123 19:09:25.140930 1 reflector.go:204] "Failed to watch" err="Failed to list *v1.Service: dial tcp 192.0.2.1:6443: connect: no route to host"';
  proveCheck(endpointStale, {
    healthy: works,
    broken: { ...stale, files: { 'nodes/node-a/kube-proxy.log': log } },
    problem: { faults: ['K03', 'K05'], summary: /kube-proxy on node-a cannot reach the API server/ },
    blind: unwalked,
  });
});

describe.each([
  [{ addresses: ['10.244.1.7'] }, /10\.244\.1\.9:8080, which the EndpointSlices do not name/],
  [{ conditions: { ready: false } }, /which the EndpointSlices name as not ready/],
  [{}, /which the EndpointSlices name, but not for clients of this node/],
])('rules/endpoint-stale, where the slice says %o', (endpoint, summary) => {
  proveCheck(endpointStale, {
    healthy: works,
    broken: { ...stale, endpointslices: [slice([endpoint])] },
    problem: { severity: 'error', summary },
    blind: unwalked,
  });
});

describe('rules/endpoint-stale, a kube-proxy whose syncs take longer than what changed is old', () => {
  const changedAt = (time: string) => ({
    ...stale,
    endpointslices: [
      slice(
        [{ addresses: ['10.244.1.7'] }],
        {},
        { annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': time } },
      ),
    ],
    files: {
      'nodes/node-a/date.txt': '2026-11-24T00:47:54Z',
      'nodes/node-a/metrics.txt':
        'kubeproxy_sync_proxy_rules_duration_seconds_sum{ip_family="IPv4"} 2150\nkubeproxy_sync_proxy_rules_duration_seconds_count{ip_family="IPv4"} 50\n',
    },
  });
  proveCheck(endpointStale, {
    healthy: works,
    broken: changedAt('2026-11-24T00:47:14Z'),
    problem: {
      faults: ['K12', 'K05', 'R08'],
      remedy: {
        text: expect.stringMatching(/nftables mode/),
        commands: ['curl -s http://127.0.0.1:10249/metrics | grep sync_proxy_rules   # on node-a'],
      },
      summary: /what changed is 40 s old, and a sync of kube-proxy there takes 43 s on average/,
    },
    blind: unwalked,
  });
  proveCheck(endpointStale, {
    healthy: works,
    // It had the time.
    broken: changedAt('2026-11-24T00:17:14Z'),
    problem: { faults: ['K05', 'R08'], summary: /still sends to 10\.244\.1\.9:8080, which/ },
    blind: unwalked,
  });
});

describe.each([
  [
    'every node',
    ['node-a', 'node-b'],
    ['E09', 'K05', 'R08'],
    /which the Endpoints do not name; all nodes do/,
  ],
  ['one node', ['node-a'], ['K05', 'R08'], /which the Endpoints do not name$/],
] as const)(
  'rules/endpoint-stale, where Endpoints alone were read and %s sends there',
  (_, nodes, faults, summary) => {
    const { endpointslices: _slices, ...rest } = stale;
    const onlyEndpoints = {
      ...rest,
      endpoints: [{ metadata: { name: 'web', namespace: 'shop' }, subsets: [] }],
    };
    const verifications = ['node-a', 'node-b'].map((node) => {
      const expectation = promise(node);
      const isStale = (nodes as readonly string[]).includes(node);
      return isStale
        ? verified(
            expectation,
            [0, 0],
            differs('endpoint-stale', expectation, node, { endpoint: webEndpoint }),
          )
        : verified(expectation, [1, 1]);
    });
    proveCheck(endpointStale, {
      healthy: works,
      broken: { ...onlyEndpoints, verifications },
      problem: { node: 'node-a', faults: [...faults], summary },
      blind: unwalked,
    });
  },
);
