import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { investigateService } from '../src/investigate.ts';
import { readBundle } from '../src/observe/bundle/read-bundle.ts';
import { observeCluster } from '../src/observe/kubernetes/observe-cluster.ts';
import type { ClusterAccess } from '../src/observe/kubernetes/cluster-access.ts';
import { RESOURCES, type ResourceName } from '../src/observe/kubernetes/resources.ts';
import type { Snapshot, Source } from '../src/snapshot/snapshot.ts';
import { recordedApi } from './recorded-api.ts';

// A healthy cluster, whose API refuses one kind in turn: the answer is never *healthy* about what was not seen.

const recording = fileURLToPath(new URL('recordings/iptables-healthy', import.meta.url));
const names = Object.keys(RESOURCES) as ResourceName[];
const question = { namespace: 'shop', name: 'web' };

let nodes: readonly Source[] = [];
beforeAll(async () => {
  nodes = (await readBundle([recording])).sources.filter(({ kind }) => kind !== 'kubernetes');
});

/** What is observed through the API, with the nodes as they were recorded. */
async function observe(refused: readonly ResourceName[]): Promise<Snapshot> {
  const objects = await observeCluster(
    recordedApi(recording, refused),
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

  it('reads the ConfigMaps that kube-proxy and DNS servers mount, whatever they are called', async () => {
    const mounting = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (key, member: { containers?: { name: string }[] }) => {
        const [name] = (key === 'spec' ? (member.containers ?? []) : []).map((container) => container.name);
        return name === undefined
          ? member
          : { ...member, volumes: [{ configMap: { name: `${name}-of-pool` } }] };
      });
    const usual = recordedApi(recording);
    const asked: string[] = [];
    const renamed: ClusterAccess = {
      ...usual,
      getJson: async (path, patience) => {
        asked.push(path);
        const answer = await usual.getJson(path.replace('-of-pool', ''), patience);
        return answer.ok ? { ok: true, value: mounting(answer.value) } : answer;
      },
    };
    const { sources } = await observeCluster(renamed, { namespace: 'shop' }, { timeoutMs: 1000 });
    const read = sources.flatMap(({ path }) => /configmaps-(.*)\.json$/.exec(path)?.[1] ?? []);
    expect(read.toSorted()).toEqual(['coredns', 'coredns-of-pool', 'kube-proxy-of-pool']);
    expect(asked.filter((path) => path.includes('/configmaps/'))).toHaveLength(3);
  });

  it('of which no answer depends are not missed', async () => {
    const { verdict, notChecked } = investigateService(await observe(['ingresses', 'httproutes']), question);
    const whole = investigateService(await observe([]), question);
    expect({ verdict, notChecked }).toEqual({ verdict: whole.verdict, notChecked: whole.notChecked });
  });

  it.each(names.filter((name) => !['services', 'ingresses', 'httproutes'].includes(name)))(
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
