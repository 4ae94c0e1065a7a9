import { expect, it } from 'vitest';
import { isKubeProxyPod } from './kube-proxy-pod.ts';

const isProxy = (name: string, labels: Record<string, string>): boolean =>
  isKubeProxyPod({ metadata: { name, labels } });

it.each<[string, Record<string, string>]>([
  ['kube-proxy-x7k2p', { 'k8s-app': 'kube-proxy' }], // kubeadm, EKS
  ['kube-proxy-gke-pool-1', { tier: 'node', component: 'kube-proxy' }], // GKE
  ['proxy-abc', { 'app.kubernetes.io/name': 'kube-proxy' }],
  ['kube-proxy-node-a', { tier: 'control-plane' }], // a static pod
])('%s is kube-proxy', (name, labels) => {
  expect(isProxy(name, labels)).toBe(true);
});

it.each<[string, Record<string, string>]>([
  ['kube-proxy-exporter-1', { app: 'kube-proxy-exporter' }],
  ['kube-rbac-proxy-1', {}],
])('%s is not', (name, labels) => {
  expect(isProxy(name, labels)).toBe(false);
});
