import { describe } from 'vitest';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { syncBehind } from './sync-behind.ts';

const asked = (queued: number) => ({
  ...webCluster,
  files: {
    'nodes/node-a/metrics.txt': `kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family="IPv4"} 1000\nkubeproxy_sync_proxy_rules_last_queued_timestamp_seconds{ip_family="IPv4"} ${queued}\n`,
    'nodes/node-a/healthz.txt': 'HTTP/1.1 200 OK\n\n{"lastUpdated":"1970-01-01T00:20:00Z"}',
    'nodes/node-a/date.txt': '1970-01-01T00:20:00Z',
  },
});

describe('kube-proxy/sync-behind', () => {
  proveCheck(syncBehind, {
    healthy: asked(999),
    broken: asked(1100),
    problem: {
      severity: 'warning',
      node: 'node-a',
      summary: /asked to sync and has not for 100 s, although \/healthz says ok/,
    },
    blind: { services: [] },
  });
});

describe('kube-proxy/sync-behind, whose syncs take long', () => {
  const took = (sum: number) => ({
    ...webCluster,
    files: {
      'nodes/node-a/metrics.txt': `kubeproxy_sync_proxy_rules_duration_seconds_sum{ip_family="IPv4"} ${sum}\nkubeproxy_sync_proxy_rules_duration_seconds_count{ip_family="IPv4"} 50\nkubeproxy_sync_proxy_rules_duration_seconds_sum{ip_family="IPv6"} 1\nkubeproxy_sync_proxy_rules_duration_seconds_count{ip_family="IPv6"} 50\n`,
    },
  });
  proveCheck(syncBehind, {
    healthy: took(100),
    broken: took(2100),
    problem: {
      severity: 'warning',
      node: 'node-a',
      faults: ['K12'],
      share: [0, 0],
      summary: /a sync of kube-proxy on node-a takes 42 s on average/,
    },
    blind: { services: [] },
  });
});
