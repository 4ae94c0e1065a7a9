import { describe, expect, it } from 'vitest';
import { buildWorld } from './build-world.ts';
import { isRead } from './is-read.ts';
import type { ResourceKind } from './world.ts';

const encoder = new TextEncoder();
const named = (namespace: string, name: string, more: object = {}) => ({
  metadata: { namespace, name },
  ...more,
});
const kubernetes = named('default', 'kubernetes');
const ofPods = { endpoints: [{ addresses: ['10.244.1.2'], targetRef: { kind: 'Pod', name: 'a' } }] };

/** The namespaces of `a`, `b` of which all objects of a kind were read, where these lists were. */
function read(lists: Record<string, readonly object[]>, kind: ResourceKind): string[] {
  const sources = Object.entries(lists).map(([own, items]) => ({
    path: `${own}.json`,
    kind: 'kubernetes' as const,
    bytes: encoder.encode(JSON.stringify({ kind: `${own}List`, items })),
  }));
  const world = buildWorld({ format: 'plumb-snapshot', version: 1, sources, gaps: [] });
  return ['a', 'b'].filter((namespace) => isRead(world, kind, namespace));
}

describe('coverage', () => {
  const web = named('a', 'web');

  it('is of the whole cluster where the Service of the API is among the Services', () => {
    const lists = { Service: [kubernetes, web], Pod: [named('a', 'web-1')], NetworkPolicy: [] };
    for (const kind of ['services', 'pods', 'networkpolicies'] as const)
      expect(read(lists, kind)).toEqual(['a', 'b']);
  });

  it('is of the namespaces seen where it is not', () => {
    const lists = {
      Service: [web],
      Pod: [named('a', 'web-1')],
      NetworkPolicy: [],
      Node: [named('', 'node')],
    };
    for (const kind of ['services', 'pods', 'networkpolicies'] as const)
      expect(read(lists, kind)).toEqual(['a']);
    expect(read(lists, 'nodes')).toEqual(['a', 'b']);
  });

  it('is of the namespaces seen for slices and Endpoints that leave out those of the API', () => {
    const Service = [kubernetes, web];
    expect(read({ Service, EndpointSlice: [named('a', 'web-x')] }, 'endpointslices')).toEqual(['a']);
    expect(read({ Service, EndpointSlice: [kubernetes, named('a', 'web-x')] }, 'endpointslices')).toEqual([
      'a',
      'b',
    ]);
    expect(read({ Service, Endpoints: [named('b', 'web')] }, 'endpoints')).toEqual(['b']);
    expect(read({ Service, EndpointSlice: [] }, 'endpointslices')).toEqual(['a', 'b']);
  });

  it('does not hold pods of a namespace whose ready endpoints are pods that nobody listed', () => {
    const Service = [kubernetes, web, named('b', 'web')];
    const EndpointSlice = [kubernetes, named('b', 'web-x', ofPods), named('a', 'web-x', ofPods)];
    expect(read({ Service, EndpointSlice, Pod: [named('a', 'web-1')] }, 'pods')).toEqual(['a']);
    expect(read({ Service, EndpointSlice: [kubernetes], Pod: [named('a', 'web-1')] }, 'pods')).toEqual([
      'a',
      'b',
    ]);
  });

  it.each([
    ['one label', { app: 'web' }, ['b']],
    ['nothing', { app: 'other' }, ['a', 'b']],
  ])(
    'does not hold pods left out, where those listed share %s and a workload has others',
    (_, labels, namespaces) => {
      const selector = { matchLabels: { app: 'echo' } };
      const Deployment = [
        named('a', 'echo', { kind: 'Deployment', spec: { selector }, status: { readyReplicas: 2 } }),
      ];
      const pod = (name: string, own: object, nodeName: string) => ({
        metadata: { namespace: 'a', name, labels: own },
        spec: { nodeName },
      });
      const Pod = [pod('web-1', { app: 'web' }, 'n1'), pod('web-2', labels, 'n2'), named('b', 'c')];
      expect(read({ Service: [kubernetes, web], Deployment, Pod }, 'pods')).toEqual(namespaces);
    },
  );
});
