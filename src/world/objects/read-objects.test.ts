import { describe, expect, it } from 'vitest';
import { readObjects } from './read-objects.ts';

const read = (value: object, path = 'cluster/all.json') =>
  readObjects({ path, kind: 'kubernetes', bytes: new TextEncoder().encode(JSON.stringify(value)) });
const kindsOf = (value: object, path?: string) => {
  const { objects, listedKinds } = read(value, path);
  return { kinds: objects.map(({ object }) => object.kind), listed: listedKinds };
};
const object = (apiVersion: string, kind: string) => ({ apiVersion, kind, metadata: { name: 'web' } });

describe('kinds of other API groups', () => {
  it('are not taken for the kinds of Kubernetes that have their names', () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [
        object('v1', 'Service'),
        object('serving.knative.dev/v1', 'Service'),
        object('longhorn.io/v1beta2', 'Node'),
        object('crd.projectcalico.org/v1', 'NetworkPolicy'),
        object('extensions/v1beta1', 'Ingress'),
        object('events.k8s.io/v1', 'Event'),
      ],
    };
    expect(kindsOf(list).kinds).toEqual([
      'Service',
      'Service.serving.knative.dev',
      'Node.longhorn.io',
      'NetworkPolicy.crd.projectcalico.org',
      'Ingress',
      'Event',
    ]);
  });

  it('are told by the list where its items do not say', () => {
    const items = [{ metadata: { name: 'web' } }];
    expect(kindsOf({ apiVersion: 'serving.knative.dev/v1', kind: 'ServiceList', items })).toEqual({
      kinds: ['Service.serving.knative.dev'],
      listed: ['Service.serving.knative.dev'],
    });
    expect(kindsOf({ apiVersion: 'v1', kind: 'ServiceList', items }).kinds).toEqual(['Service']);
    expect(kindsOf({ kind: 'ServiceList', items }).kinds).toEqual(['Service']);
  });

  it('do not stand for all NetworkPolicies by the name of their file', () => {
    const file = 'cluster/networkpolicies.json';
    const list = (...items: object[]) => ({ apiVersion: 'v1', kind: 'List', items });
    const foreign = list(object('crd.projectcalico.org/v1', 'NetworkPolicy'));
    expect(kindsOf(foreign, file).listed).toEqual(['NetworkPolicy.crd.projectcalico.org']);
    expect(kindsOf(list(), file).listed).toEqual(['NetworkPolicy']);
  });
});
