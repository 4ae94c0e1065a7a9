import { describe, expect, it } from 'vitest';
import { continuationOf, parseObjects } from './parse-objects.ts';

const managedFields = [
  {
    manager: 'kube-controller-manager',
    fieldsV1: {
      'f:metadata': { 'k:{"uid":"a"}': {} },
      'f:spec': { 'k:{"containerPort":80,"protocol":"TCP"}': {} },
    },
  },
  { manager: 'kubelet', fieldsV1: { 'f:status': {} }, subresource: 'status' },
];
const parse = (value: unknown): unknown => parseObjects(Buffer.from(JSON.stringify(value)));

describe('parseObjects', () => {
  it('leaves out who set which field, of each object of a list', () => {
    const pod = (name: string, more: object = {}) => ({
      metadata: { name, labels: { app: 'web' }, ...more },
      spec: { nodeName: 'node-a' },
      status: { phase: 'Running' },
    });
    const list = (more: object) => ({
      kind: 'PodList',
      metadata: {},
      items: [pod('a', more), pod('b'), pod('c', more)],
    });
    expect(parse(list({ managedFields }))).toEqual(list({}));
  });

  it.each([
    ['an object without a spec', { metadata: { name: 'a', managedFields }, data: { Corefile: '.' } }],
    [
      'members in another order',
      { metadata: { managedFields, name: 'a', ownerReferences: [{ kind: 'ReplicaSet' }] }, spec: {} },
    ],
    [
      'a value that looks like one',
      { metadata: { annotations: { note: ',"managedFields":[ ]},"spec":' } }, spec: { a: 1 } },
    ],
    ['nothing of the kind', [1, 2]],
  ])('keeps the whole of %s', (_, value) => {
    expect(parse(value)).toEqual(value);
  });

  it('throws where it is no JSON', () => {
    expect(() => parseObjects(Buffer.from('{"items":['))).toThrow(SyntaxError);
  });
});

describe('continuationOf', () => {
  const of = (value: unknown): string | undefined => continuationOf(Buffer.from(JSON.stringify(value)));
  const list = (metadata: object, items: readonly object[] = []) => ({
    kind: 'PodList',
    apiVersion: 'v1',
    metadata,
    items,
  });
  it('is what the beginning of a list says, as API servers write it', () => {
    expect(of(list({ resourceVersion: '1', continue: 'eyJ2Ij_-', remainingItemCount: 7 }))).toBe('eyJ2Ij_-');
  });

  it.each([
    ['a last page', list({ resourceVersion: '1' })],
    ['an object that speaks of one', list({}, [{ metadata: { continue: 'x' } }])],
    ['metadata after the items', { items: [{ metadata: { name: 'a' } }], metadata: { continue: 'x' } }],
    ['a token with escapes', list({ continue: 'a"b' })],
    ['no list', { kind: 'Status', message: '"continue":"x"' }],
  ])('is not told of %s', (_, value) => {
    expect(of(value)).toBeUndefined();
  });
});
