import { describe, expect, it } from 'vitest';
import { sourceOfJson } from '../../snapshot/json-of.ts';
import { connectionsOf } from './connections-of.ts';

const list = (resource: string, ...items: readonly object[]) =>
  sourceOfJson(
    { kind: 'List', items },
    {
      path: `cluster/shop/${resource}.json`,
      kind: 'kubernetes',
      namespaces: ['shop'],
    },
  );
const service = {
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    clusterIP: '10.96.0.7',
    clusterIPs: ['10.96.0.7', 'fd00::7'],
    externalIPs: ['192.0.2.1'],
    ports: [{ port: 80, nodePort: 30_080 }, { port: 443 }],
  },
  status: { loadBalancer: { ingress: [{ ip: '192.0.2.9' }, { hostname: 'lb.example' }] } },
};
const slice = (name: string, ...endpoints: readonly object[]) => ({
  metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
  endpoints,
});
const subject = { namespace: 'shop', service: 'web' };

describe('connectionsOf', () => {
  it('names all addresses and node ports of the Service, and endpoints that are not ready', () => {
    const objects = [
      list('services', service),
      list(
        'endpointslices',
        slice(
          'a',
          { addresses: ['10.244.1.9'] },
          { addresses: ['10.244.2.9'], conditions: { ready: false } },
        ),
        { ...slice('b', { addresses: ['10.244.9.9'] }), metadata: { name: 'b', namespace: 'shop' } },
      ),
    ];
    expect(connectionsOf(objects, subject).words?.toSorted()).toEqual([
      '10.244.1.9',
      '10.244.2.9',
      '10.96.0.7',
      '192.0.2.1',
      '192.0.2.9',
      'dport=30080',
      'fd00::7',
    ]);
  });

  it.each([
    ['nothing is asked about', {}, [service]],
    ['the Service is not there', { namespace: 'shop', service: 'wep' }, [service]],
  ])('leaves nothing out where %s', (_, asked, services) => {
    expect(connectionsOf([list('services', ...services)], asked)).toEqual({});
  });

  it('leaves nothing out where the Service has more endpoints than words can name', () => {
    const many = Array.from({ length: 250 }, (_, index) => ({ addresses: [`10.244.1.${index}`] }));
    const objects = [list('services', service), list('endpointslices', slice('a', ...many))];
    expect(connectionsOf(objects, subject)).toEqual({});
  });
});
