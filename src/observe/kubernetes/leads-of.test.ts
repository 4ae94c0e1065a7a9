import { describe, expect, it } from 'vitest';
import { leadsOf } from './leads-of.ts';
import { listed } from './listed.ts';
import { packedSource } from './packed-source.ts';

const object = (namespace: string, name: string, more: object = {}) => ({
  metadata: { namespace, name, labels: {} },
  ...more,
});
const list = (resource: string, items: readonly object[]) =>
  packedSource({ kind: 'List', items }, { path: `cluster/${resource}.json`, kind: 'kubernetes' });

const sources = [
  list('pods', [
    object('shop', 'web-1'),
    object('shop', 'client'),
    object('calico-system', 'calico-node-1', { spec: { hostNetwork: true } }),
    object('names', 'coredns-1'),
    object('kube-system', 'metrics-server'),
  ]),
  list('services', [
    object('shop', 'web'),
    object('other', 'web'),
    { metadata: { namespace: 'names', name: 'dns', labels: { 'k8s-app': 'kube-dns' } } },
  ]),
  list('endpointslices', [object('shop', 'web-abc'), object('other', 'web-abc')]),
  list('nodes', [{ metadata: { name: 'node-a' } }]),
];

describe('leadsOf', () => {
  it('keeps what leads to nodes, to DNS and to the client', () => {
    const leads = leadsOf(sources, { clientPod: 'shop/client' });
    const namesOf = (resource: 'pods' | 'services' | 'endpointslices' | 'nodes'): string[] =>
      listed(leads, resource).map(({ metadata }) => metadata.name);
    expect(namesOf('pods')).toEqual(['client', 'calico-node-1', 'coredns-1', 'metrics-server']);
    expect(namesOf('services')).toEqual(['dns']);
    expect(namesOf('endpointslices')).toEqual([]);
    expect(namesOf('nodes')).toEqual(['node-a']);
  });

  it('keeps the Services and slices of the namespace asked about, and where all stood', () => {
    const leads = leadsOf(sources, { namespace: 'shop', service: 'web' });
    expect(listed(leads, 'services')).toHaveLength(2);
    expect(listed(leads, 'endpointslices')).toEqual([object('shop', 'web-abc')]);
    expect(leads.map(({ path }) => path)).toEqual(sources.map(({ path }) => path));
  });
});
