import { describe, expect, it } from 'vitest';
import { formatIp } from '../model/address.ts';
import type { Frontend } from '../model/frontend.ts';
import type { World } from '../world/world.ts';
import { frontendsOf } from './frontends-of.ts';
import {
  sampleEndpoint,
  samplePod,
  sampleService,
  sampleSlice,
  sampleWorld,
} from './testing/sample-world.ts';
import { type ClientFilter, vantagesOf } from './vantages-of.ts';

const service = sampleService({ type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] });
const world = sampleWorld({
  services: [service],
  slices: [sampleSlice([sampleEndpoint('10.244.2.5', 'node-b')])],
  pods: [
    samplePod('other', 'node-a', '10.244.1.3', 'kube-system'),
    samplePod('client', 'node-a', '10.244.1.4'),
    samplePod('web', 'node-b', '10.244.2.5'),
  ],
});

function clients(kind: Frontend['kind'], from?: ClientFilter, where: World = world): string[] {
  const frontend = frontendsOf(where, service).find((each) => each.kind === kind);
  if (!frontend) throw new Error(`no ${kind}`);
  return vantagesOf(where, frontend, from).map(({ kind: who, node, address, pod = '' }) =>
    `${who} ${node} ${formatIp(address)} ${pod}`.trim(),
  );
}

describe('vantagesOf', () => {
  it('dials a ClusterIP from a pod of each node, each node, and each endpoint itself', () => {
    expect(clients('clusterIP')).toEqual([
      'pod node-a 10.244.1.4',
      'node node-a 192.168.90.1',
      'pod node-b 10.244.2.254',
      'node node-b 192.168.90.2',
      'pod node-c 10.244.3.254',
      'node node-c 192.168.90.3',
      'pod node-b 10.244.2.5 shop/web-10-244-2-5',
    ]);
  });

  it('dials a NodePort from outside, from its node, from a pod of it and from a neighbour', () => {
    expect(clients('nodePort')).toEqual([
      'external node-a 203.0.113.9',
      'node node-a 192.168.90.1',
      'pod node-a 10.244.1.4',
      'node node-b 192.168.90.2',
    ]);
  });

  it('dials only from the client that was asked for', () => {
    expect(clients('clusterIP', { pod: 'client' })).toEqual(['pod node-a 10.244.1.4 shop/client']);
    expect(clients('clusterIP', { node: 'node-c' })).toEqual(['node node-c 192.168.90.3']);
    expect(clients('nodePort', { isExternal: true })).toHaveLength(3);
    expect(clients('clusterIP', { pod: 'nobody' })).toEqual([]);
  });

  it('prefers pods that NetworkPolicies let in, and clients that are known to ask', () => {
    const policy = {
      kind: 'NetworkPolicy',
      metadata: { name: 'only-other', namespace: 'shop' },
      spec: {
        podSelector: {},
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
          },
        ],
      },
    };
    const guarded: World = { ...world, networkPolicies: [policy] };
    expect(clients('clusterIP', {}, guarded)[0]).toBe('pod node-a 10.244.1.3');
    const known = { kind: 'pod' as const, node: 'node-a', address: (10 << 24) | (244 << 16) | (1 << 8) | 77 };
    expect(clients('clusterIP', { clients: [known] })[0]).toBe('pod node-a 10.244.1.77');
  });

  it('dials a restricted load balancer once from a source that is left out, and once from one that is let in', () => {
    const restricted = sampleService({
      type: 'LoadBalancer',
      ports: [{ name: 'http', port: 80 }],
      loadBalancerSourceRanges: ['203.0.113.0/24'],
    });
    const balanced = { ...restricted, status: { loadBalancer: { ingress: [{ ip: '192.0.2.80' }] } } };
    const where = { ...world, services: [balanced] };
    const frontend = frontendsOf(where, balanced).find(({ kind }) => kind === 'loadBalancerIP');
    const outside = frontend ? vantagesOf(where, frontend, { isExternal: true, node: 'node-a' }) : [];
    expect(outside.map(({ address }) => formatIp(address))).toEqual(['198.51.100.9', '203.0.113.9']);
  });
});
