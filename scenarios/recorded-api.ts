import { readFileSync, readdirSync } from 'node:fs';
import { fakeAccess } from '../src/observe/kubernetes/cluster-access-fixture.ts';
import type { Attempt, ClusterAccess } from '../src/observe/kubernetes/cluster-access.ts';
import type { ResourceName } from '../src/observe/kubernetes/resources.ts';

interface Item {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** For tests: the objects of a recording behind an API that refuses some kinds, and everything but reading. */
export function recordedApi(recording: string, refused: readonly ResourceName[] = []): ClusterAccess {
  const lists = new Map(
    readdirSync(`${recording}/cluster`).map((file): [string, Item[]] => [
      file.replace('.json', ''),
      (JSON.parse(readFileSync(`${recording}/cluster/${file}`, 'utf8')) as { items: Item[] }).items,
    ]),
  );
  const getJson = (path: string): Promise<Attempt<unknown>> => {
    const [, namespace, resource = '', name] =
      /\/v1(?:\/namespaces\/([^/?]+))?\/([a-z]+)(?:\/([^?]+))?/.exec(path) ?? [];
    if (refused.includes(resource as ResourceName))
      return Promise.resolve({
        ok: false,
        failure: { kind: 'forbidden', message: `${resource} is forbidden` },
      });
    const items = (lists.get(resource) ?? []).filter(
      ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
    );
    if (name === undefined) return Promise.resolve({ ok: true, value: { kind: 'List', items } });
    const one = items.find(({ metadata }) => metadata.name === name);
    return Promise.resolve(
      one ? { ok: true, value: one } : { ok: false, failure: { kind: 'not-found', message: 'not found' } },
    );
  };
  return { ...fakeAccess({}), getJson };
}
