import { describe } from 'vitest';
import { pod, service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { ownAddress } from './own-address.ts';

const stranger = pod('other', {}, { nodeName: 'node-b' }, { labels: { app: 'other' } });

describe('endpoints/own-address', () => {
  proveCheck(ownAddress, {
    healthy: webCluster,
    broken: { ...webCluster, pods: [pod(), stranger] },
    problem: {
      severity: 'error',
      faults: ['E12', 'N12'],
      summary: /10\.244\.1\.9 belongs to pod shop\/web-1 and to shop\/other/,
    },
    blind: { services: [service()] },
  });
});

describe('endpoints/own-address, in the network of a node', () => {
  const onHost = (name: string, meta = {}, port = 8080) =>
    pod(
      name,
      { podIP: '192.0.2.11' },
      { hostNetwork: true, containers: [{ name: 'app', ports: [{ name: 'http', containerPort: port }] }] },
      meta,
    );
  // Every node has such pods of others.
  const proxy = onHost('kube-proxy-x', { labels: { 'k8s-app': 'kube-proxy' } });
  const cluster = (...pods: object[]) => ({ ...webCluster, pods: [proxy, ...pods] });
  proveCheck(ownAddress, {
    healthy: cluster(onHost('web-1')),
    broken: cluster(onHost('web-1'), onHost('web-2')),
    problem: {
      severity: 'warning',
      faults: ['E13'],
      share: [0, 0],
      summary: /pods web-1 and web-2 run in the network of one node/,
    },
    blind: { services: [service()] },
  });
  proveCheck(ownAddress, {
    healthy: {
      ...cluster(onHost('web-1'), onHost('web-2', {}, 8081)),
      services: [service({ ports: [{ name: 'http', port: 80, targetPort: 'http' }] })],
    },
    broken: cluster(onHost('web-1'), onHost('web-2')),
    problem: { summary: /one of them serves nobody/ },
    blind: { services: [service()] },
  });
});
