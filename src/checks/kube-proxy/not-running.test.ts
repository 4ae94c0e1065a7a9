import { describe, expect, it } from 'vitest';
import { node, pod } from '../cluster-fixture.ts';
import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import { unreadPorts } from '../../model/unread-ports.ts';
import { proveCheck, worldOf } from '../prove-check-fixture.ts';
import { notRunning } from './not-running.ts';

const proxy = (name: string) =>
  pod(
    `kube-proxy-${name}`,
    {},
    { nodeName: name },
    { namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
  );
const cluster = (...modes: string[]) => ({
  services: [],
  nodes: [node(), node({ addresses: [] }, {}, 'node-b')],
  pods: [proxy('node-a'), proxy('node-b')],
  files: Object.fromEntries([
    ...modes.map((name) => [`nodes/${name}/mode.txt`, 'iptables']),
    ...['node-a', 'node-b'].map((name) => [`nodes/${name}/ip-route.txt`, 'default via 192.0.2.1 dev eth0\n']),
  ]) as Record<string, string>,
});

describe('kube-proxy/not-running', () => {
  proveCheck(notRunning, {
    healthy: cluster('node-a', 'node-b'),
    broken: cluster('node-a'),
    problem: {
      severity: 'warning',
      node: 'node-b',
      summary: /kube-proxy on node-b answers on none of its ports/,
    },
    blind: { services: [], nodes: [node()] },
  });
});

it('says nothing of a kube-proxy whose ports nobody came to', () => {
  const world = worldOf(cluster('node-a'));
  expect(explainProxy(world, 'node-b').why).toMatch(/answers on none of its ports/);
  const gap = { what: unreadPorts('node-b'), why: 'ended before it was done', unlock: '', node: 'node-b' };
  expect(explainProxy({ ...world, gaps: [gap] }, 'node-b').why).toBeUndefined();
});

const save = { 'nodes/node-b/iptables-save.txt': '*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n' };
const withoutPod = {
  ...cluster('node-a'),
  pods: [proxy('node-a')],
  files: { 'nodes/node-a/mode.txt': 'iptables' },
};

describe('kube-proxy/not-running, on a node that could not be read', () => {
  proveCheck(notRunning, {
    healthy: { ...withoutPod, pods: [proxy('node-a'), proxy('node-b')] },
    broken: withoutPod,
    problem: {
      node: 'node-b',
      faults: ['K01', 'K05', 'K03'],
      share: [0, 1],
      summary: /no kube-proxy pod runs on node-b/,
    },
    blind: { services: [], nodes: [node()] },
  });
});

describe.each([
  ['Windows', { metadata: { name: 'node-b', labels: { 'kubernetes.io/os': 'windows' } } }],
  ['a virtual kubelet', { metadata: { name: 'node-b', labels: { type: 'virtual-kubelet' } } }],
])('kube-proxy/not-running, where the other node is %s', (_, other) => {
  proveCheck(notRunning, {
    healthy: { ...withoutPod, nodes: [node(), other] },
    broken: withoutPod,
    problem: { node: 'node-b', summary: /no kube-proxy pod/ },
    blind: { services: [], nodes: [node()] },
  });
});

const crashing = { containerStatuses: [{ name: 'p', state: { waiting: { reason: 'CrashLoopBackOff' } } }] };
const logged = (
  waiting: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>> = {},
) => ({
  ...cluster('node-a', 'node-b'),
  pods: [
    proxy('node-a'),
    pod(
      'kube-proxy-node-b',
      waiting,
      { nodeName: 'node-b' },
      { namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
    ),
  ],
  files: {
    'nodes/node-a/mode.txt': 'iptables',
    'nodes/node-b/mode.txt': 'iptables',
    'nodes/node-b/kube-proxy.log':
      'E1124 01:59:45.938827       1 run.go:72] "command failed" err="could not set conntrack parameters from kube-proxy configuration: open /proc/sys/net/netfilter/nf_conntrack_max: permission denied"\n',
    ...files,
  },
});

describe.each([
  ['whose rules could not be read', {}, { share: [0, 1] as const }],
  ['whose rules were read', save, {}],
])('kube-proxy/not-running, crashing on a node %s', (_, files, more) => {
  proveCheck(notRunning, {
    healthy: logged({}),
    broken: logged(crashing, files),
    problem: { node: 'node-b', faults: ['K02', 'K05'], summary: /exits/, ...more },
    blind: { services: [], nodes: [node()] },
  });
});

describe('how kube-proxy is started again', () => {
  const remedyOf = (pods: object[], kubeletVersion = 'v1.37.2', labels = {}): string => {
    const one = node({ nodeInfo: { kubeletVersion } }, {}, 'node-a', { labels });
    return explainProxy(worldOf({ services: [], nodes: [one], pods }), 'node-a').remedy.commands.join('\n');
  };
  const labelled = (labels: object, annotations: object = {}): object =>
    pod('kube-proxy-node-a', {}, { nodeName: 'node-a' }, { namespace: 'kube-system', labels, annotations });

  it.each([{ component: 'kube-proxy' }, { 'app.kubernetes.io/name': 'kube-proxy' }])(
    'by its pod: %j',
    (labels) => {
      expect(remedyOf([labelled(labels)])).toMatch(/delete pod kube-proxy-node-a$/);
    },
  );

  it('by its container where kubelet runs it from a file', () => {
    const fromFile = labelled({ component: 'kube-proxy' }, { 'kubernetes.io/config.mirror': 'x' });
    expect(remedyOf([fromFile])).toMatch(/crictl stop .*--name kube-proxy/);
  });

  it('as a process of the node, which k3s is itself', () => {
    expect(remedyOf([])).toMatch(/^systemctl restart kube-proxy /);
    expect(remedyOf([], 'v1.31.4+k3s1')).toMatch(/^systemctl restart k3s-agent /);
    expect(remedyOf([], 'v1.31.4+k3s1', { 'node-role.kubernetes.io/control-plane': 'true' })).toMatch(
      /^systemctl restart k3s /,
    );
  });
});
