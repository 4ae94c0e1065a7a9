import { expect, it } from 'vitest';
import { formatIp } from '../model/address.ts';
import type { NetworkPolicy, Pod } from '../world/kubernetes/objects.ts';
import { frontendsOf } from './frontends-of.ts';
import {
  sampleEndpoint,
  samplePod,
  sampleService,
  sampleSlice,
  sampleWorld,
} from './testing/sample-world.ts';
import { type ClientFilter, vantagesOf } from './vantages-of.ts';

const metadata = { name: 'kube-dns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } };
const dns = sampleService({ ports: [{ name: 'dns', port: 53, targetPort: 53 }] }, { metadata });
const slice = sampleSlice([sampleEndpoint('10.244.2.5', 'node-b')], {
  metadata: {
    name: 'kube-dns-1',
    namespace: 'kube-system',
    labels: { 'kubernetes.io/service-name': 'kube-dns' },
  },
  ports: [{ name: 'dns', port: 53, protocol: 'TCP' }],
});
const pods = [
  samplePod('coredns', 'node-b', '10.244.2.5', 'kube-system'),
  samplePod('other', 'node-a', '10.244.1.3', 'kube-system'),
  samplePod('front', 'node-a', '10.244.1.4'),
  samplePod('back', 'node-a', '10.244.1.5'),
  samplePod('far', 'node-c', '10.244.3.4'),
];
const engine = (image: string): Pod => ({
  ...samplePod('agent', 'node-a', '10.244.1.9', 'kube-system'),
  spec: { nodeName: 'node-a', hostNetwork: true, containers: [{ name: 'cilium-agent', image }] },
});

/** The pods of `shop` that ask, where these are the egress rules of all of them. */
function asking(
  egress: NetworkPolicy['spec']['egress'],
  { more = [], from }: { more?: readonly Pod[]; from?: ClientFilter } = {},
): string[] {
  const policy = { podSelector: {}, policyTypes: ['Egress'], ...(egress ? { egress } : {}) };
  const world = {
    ...sampleWorld({ services: [dns, sampleService({})], slices: [slice], pods: [...pods, ...more] }),
    networkPolicies: [{ kind: 'NetworkPolicy', metadata: { name: 'out', namespace: 'shop' }, spec: policy }],
  };
  const [frontend] = frontendsOf(world, dns);
  if (!frontend) throw new Error('no frontend');
  const addresses = vantagesOf(world, frontend, from).map(({ address }) => formatIp(address));
  return ['10.244.1.4', '10.244.1.5', '10.244.2.9', '10.244.3.4'].filter((address) =>
    addresses.includes(address),
  );
}

const toPods = [{ to: [{ podSelector: {} }] }];

it('asks for a pod of each node that policies let out, and not to DNS', () => {
  expect(asking(toPods)).toEqual(['10.244.1.4', '10.244.3.4']);
});

it('does not for pods that may ask, or that may go nowhere', () => {
  expect(asking([{ ports: [{ port: 53, protocol: 'TCP' }] }])).not.toContain('10.244.1.4');
  expect(asking(undefined)).not.toContain('10.244.1.4');
});

it('does not where others are asked about, or an engine works out of sight', () => {
  expect(asking(toPods, { from: { clients: [] } })).not.toContain('10.244.1.4');
  expect(asking(toPods, { more: [engine('quay.io/cilium/cilium:v1.17.0')] })).not.toContain('10.244.1.4');
});

it('does, where they may well be clients of the Service that is asked about', () => {
  const of = (clientsOf: string) => asking(toPods, { from: { clients: [], clientsOf } });
  expect(of('shop/web')).toEqual(['10.244.1.4', '10.244.3.4']);
  expect(of('kube-system/kube-dns')).not.toContain('10.244.1.4');
});

it('does not for a pod that asks other servers', () => {
  const other = samplePod('other-b', 'node-b', '10.244.2.8', 'kube-system');
  const pod = samplePod('raw', 'node-b', '10.244.2.9');
  const asks = (dnsPolicy: string) =>
    asking(toPods, { more: [other, { ...pod, spec: { ...pod.spec, dnsPolicy } }] });
  expect(asks('ClusterFirst')).toContain('10.244.2.9');
  expect(asks('None')).not.toContain('10.244.2.9');
});
