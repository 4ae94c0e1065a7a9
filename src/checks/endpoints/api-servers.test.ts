import { describe } from 'vitest';
import { node, service, slice } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { apiServers } from './api-servers.ts';

const server = (
  name: string,
  podIP: string,
  command: readonly string[] = [],
  hostNetwork = true,
): object => ({
  metadata: { name, namespace: 'kube-system', labels: { component: 'kube-apiserver' } },
  spec: { hostNetwork, containers: [{ name: 'kube-apiserver', command: ['kube-apiserver', ...command] }] },
  status: { podIP },
});
const entry = (port: number, state: string): string =>
  `tcp      6 100 ${state} src=10.244.1.4 dst=10.96.0.1 sport=${port} dport=443 ${state === 'SYN_SENT' ? '[UNREPLIED] ' : ''}src=10.0.2.15 dst=10.244.1.4 sport=6443 dport=${port} mark=0 use=1`;
const table = (...states: readonly string[]): Record<string, string> => ({
  'nodes/node-a/conntrack.txt': `${states.map((state, index) => entry(42_000 + index, state)).join('\n')}\n`,
});
const cluster = (addresses: readonly string[], pods: readonly object[]) => ({
  services: [
    {
      ...service({ selector: undefined, clusterIP: '10.96.0.1', ports: [{ name: 'https', port: 443 }] }),
      metadata: { name: 'kubernetes', namespace: 'default' },
    },
  ],
  endpointslices: [
    slice(
      addresses.map((address) => ({ addresses: [address], nodeName: undefined })),
      { ports: [{ name: 'https', protocol: 'TCP', port: 6443 }] },
      { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    ),
  ],
  nodes: [node()],
  pods,
  subject: { namespace: 'default', name: 'kubernetes' },
});
const both = [server('kube-apiserver-a', '192.0.2.11'), server('kube-apiserver-b', '192.0.2.12')];
const { pods: _, ...unread } = cluster(['192.0.2.11'], []);

describe('endpoints/api-servers', () => {
  proveCheck(apiServers, {
    healthy: cluster(['192.0.2.11', '192.0.2.12'], both),
    broken: cluster(['192.0.2.11', '192.0.2.12', '192.0.2.13'], both),
    problem: {
      severity: 'warning',
      share: [0, 1 / 3],
      summary: /^192\.0\.2\.13:6443, .* is the address of no API server of this cluster/,
    },
    blind: unread,
  });
});

describe('endpoints/api-servers, an address that a server advertises', () => {
  proveCheck(apiServers, {
    healthy: cluster(
      ['10.0.2.15'],
      [server('kube-apiserver-a', '192.0.2.11', ['--advertise-address=10.0.2.15'])],
    ),
    broken: cluster(
      ['10.0.2.15'],
      [server('kube-apiserver-a', '192.0.2.11', ['--advertise-address=10.0.2.16'])],
    ),
    problem: { summary: /no API server of this cluster/ },
    blind: unread,
  });
});

describe('endpoints/api-servers, an address that was heard', () => {
  proveCheck(apiServers, {
    healthy: { ...cluster(['10.0.2.15'], both), files: table('SYN_SENT', 'ESTABLISHED') },
    broken: { ...cluster(['10.0.2.15'], both), files: table('SYN_SENT') },
    problem: { summary: /no API server of this cluster/ },
    blind: unread,
  });
});

describe('endpoints/api-servers, where servers are no pods, or those of other clusters', () => {
  const hosted = server('kube-apiserver-7f', '10.244.1.30', [], false);
  proveCheck(apiServers, {
    healthy: { ...cluster(['10.0.2.15'], [hosted]), files: table('SYN_SENT') },
    broken: cluster(['10.0.2.15'], [hosted, ...both]),
    problem: { summary: /no API server of this cluster/ },
    blind: unread,
  });
});
