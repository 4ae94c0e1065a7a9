import { expect, it } from 'vitest';
import { sourceOfJson } from '../../snapshot/json-of.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import { mountedReadings } from './mounted-readings.ts';

const pods = (...items: object[]): Source =>
  sourceOfJson({ items }, { path: 'cluster/kube-system/pods.json', kind: 'kubernetes' });
const pod = (name: string, app: string, ...mounted: string[]): object => ({
  metadata: { name, namespace: 'kube-system', labels: { 'k8s-app': app } },
  spec: { containers: [], volumes: mounted.map((each) => ({ name: each, configMap: { name: each } })) },
});
const corefile = sourceOfJson(
  { metadata: { name: 'coredns', namespace: 'kube-system' } },
  { path: 'cluster/kube-system/configmaps-coredns.json', kind: 'kubernetes' },
);
const names = (sources: readonly Source[]): unknown => {
  const { ofProxies, ofDns } = mountedReadings(sources);
  return [ofProxies, ofDns].map((readings) => readings.map(({ namespace, name }) => `${namespace}/${name}`));
};

it('names what kube-proxy and DNS servers mount, each once, without what was read', () => {
  const sources = [
    corefile,
    pods(
      pod('kube-proxy-a', 'kube-proxy', 'kube-proxy', 'kube-proxy-config'),
      pod('kube-proxy-b', 'kube-proxy', 'kube-proxy', 'kube-proxy-config'),
      pod('coredns-1', 'kube-dns', 'coredns'),
      pod('coredns-2', 'kube-dns', 'coredns-next'),
      pod('metrics-server', 'metrics-server', 'other'),
    ),
  ];
  expect(names(sources)).toEqual([
    ['kube-system/kube-proxy', 'kube-system/kube-proxy-config'],
    ['kube-system/coredns-next'],
  ]);
});

it('takes the name that kubeadm gives where no pod of kube-proxy was seen that mounts any', () => {
  expect(names([])).toEqual([['kube-system/kube-proxy'], []]);
  expect(names([pods(pod('kube-proxy-a', 'kube-proxy'))])).toEqual([['kube-system/kube-proxy'], []]);
});

it('asks how Cilium is set where its agents run', () => {
  expect(names([pods(pod('cilium-a', 'cilium'))])).toEqual([
    ['kube-system/kube-proxy', 'kube-system/cilium-config'],
    [],
  ]);
});
