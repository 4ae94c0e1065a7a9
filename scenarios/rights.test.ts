import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { investigateService } from '../src/investigate.ts';
import { readBundle } from '../src/observe/bundle/read-bundle.ts';
import { fakeAccess } from '../src/observe/kubernetes/cluster-access-fixture.ts';
import type { Attempt, ClusterAccess } from '../src/observe/kubernetes/cluster-access.ts';
import { observeCluster } from '../src/observe/kubernetes/observe-cluster.ts';
import { RESOURCES, type ResourceName } from '../src/observe/kubernetes/resources.ts';
import type { Snapshot, Source } from '../src/snapshot/snapshot.ts';

// A healthy cluster, whose API refuses one kind in turn: the answer is never *healthy* about what was not seen.

const recording = fileURLToPath(new URL('recordings/iptables-healthy', import.meta.url));
const names = Object.keys(RESOURCES) as ResourceName[];
const question = { namespace: 'shop', name: 'web' };

interface Item {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The recorded objects behind an API. */
function api(refused: readonly ResourceName[]): ClusterAccess {
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

let nodes: readonly Source[] = [];
beforeAll(async () => {
  nodes = (await readBundle([recording])).sources.filter(({ kind }) => kind !== 'kubernetes');
});

/** What is observed through the API, with the nodes as they were recorded. */
async function observe(refused: readonly ResourceName[]): Promise<Snapshot> {
  const objects = await observeCluster(
    api(refused),
    { ...question, service: question.name },
    { timeoutMs: 1000 },
  );
  const gaps = objects.gaps.filter(({ node }) => node === undefined);
  return { ...objects, gaps, sources: [...objects.sources, ...nodes] };
}

describe('rights', () => {
  it('all of them: the same answer as from the recording', async () => {
    const live = investigateService(await observe([]), question);
    const recorded = investigateService(await readBundle([recording]), question);
    expect([live.verdict, live.causes, live.counts]).toEqual([
      recorded.verdict,
      recorded.causes,
      recorded.counts,
    ]);
    expect(live.verdict).toBe('healthy');
  });

  it.each(names.filter((name) => name !== 'services'))(
    'without %s it says what is missing, and how to get it',
    async (refused) => {
      const { verdict, notChecked, causes } = investigateService(await observe([refused]), question);
      expect(causes).toEqual([]);
      const gap = notChecked.find(({ what }) => what.startsWith(refused));
      expect(gap?.unlock).toMatch(
        new RegExp(`create (cluster)?role .*--verb=(list|get) --resource=${refused}`),
      );
      if (refused === 'pods') expect(verdict).toBe('unknown');
    },
  );

  it('without slices it takes Endpoints for them, and without both it does not know', async () => {
    expect(investigateService(await observe(['endpointslices']), question).verdict).toBe('healthy');
    const neither = await observe(['endpointslices', 'endpoints']);
    expect(investigateService(neither, question).verdict).toBe('unknown');
  });

  it('without Services there is no question', async () => {
    const snapshot = await observe(['services']);
    expect(() => investigateService(snapshot, question)).toThrow(
      /^services of namespace shop: may not be read/,
    );
  });

  it('without any it is no answer but an error', async () => {
    await expect(observe(names)).rejects.toThrow('the cluster lets nothing be read');
  });
});
