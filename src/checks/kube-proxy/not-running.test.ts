import { describe } from 'vitest';
import { node, pod } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
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
