import { expect, it } from 'vitest';
import { findPolicyEngine } from './find-policy-engine.ts';
import type { World } from './world.ts';

const engineOf = (namespace: string, name: string, image: string, hostNetwork = true): string | undefined => {
  const pods = [
    { metadata: { name: 'x', namespace }, spec: { hostNetwork, containers: [{ name, image }] }, status: {} },
  ];
  return findPolicyEngine({ pods } as unknown as World)?.name;
};

it.each([
  ['kube-system', 'calico-node', 'docker.io/calico/node:v3.29.1', 'Calico'],
  ['calico-system', 'calico-node', 'rancher/mirrored-calico-node:v3.29.1', 'Calico'],
  ['kube-system', 'cilium-agent', 'rancher/mirrored-cilium-cilium:v1.16.5', 'Cilium'],
  ['kube-system', 'cilium-agent', 'registry.example.net/a@sha256:0123', 'Cilium'],
  ['kube-system', 'antrea-agent', 'antrea/antrea-agent-ubuntu:v2.2.0', 'Antrea'],
  ['kube-system', 'cni-server', 'docker.io/kubeovn/kube-ovn:v1.13.2', 'Kube-OVN'],
  [
    'openshift-ovn-kubernetes',
    'ovnkube-controller',
    'quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:0123',
    'OVN-Kubernetes',
  ],
  ['openshift-sdn', 'sdn', 'quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:0123', 'OpenShift SDN'],
  ['shop', 'sdn', 'example.net/sdn:1', undefined],
  ['kube-system', 'kube-flannel', 'docker.io/flannel/flannel:v0.26.1', undefined],
])('%s/%s %s', (namespace, name, image, engine) => {
  expect(engineOf(namespace, name, image)).toBe(engine);
  expect(engineOf(namespace, name, image, false)).toBeUndefined();
});
