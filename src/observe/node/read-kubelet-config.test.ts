import { expect, it } from 'vitest';
import { sourceOfJson } from '../../snapshot/json-of.ts';
import { textOf } from '../../snapshot/snapshot.ts';
import type { Attempt } from '../kubernetes/cluster-access.ts';
import { readKubeletConfig } from './read-kubelet-config.ts';

const patience = { timeoutMs: 100 };
const objects = (zone: string): Parameters<typeof readKubeletConfig>[1] => [
  sourceOfJson(
    {
      kind: 'ConfigMap',
      metadata: { name: 'coredns' },
      data: { Corefile: `.:53 {\n  kubernetes ${zone}\n}\n` },
    },
    { path: 'cluster/kube-system/configmaps-coredns.json', kind: 'kubernetes' },
  ),
];
const told = { kubeletconfig: { clusterDomain: 'corp.example', staticPodURLHeader: { token: ['x'] } } };

/** An access that notes what it is asked for. */
function access(answer: (path: string) => Attempt<unknown>): {
  asked: string[];
  getJson: (path: string) => Promise<Attempt<unknown>>;
} {
  const asked: string[] = [];
  return {
    asked,
    getJson: (path) => {
      asked.push(path);
      return Promise.resolve(answer(path));
    },
  };
}
const failure = (kind: 'forbidden' | 'timeout'): Attempt<unknown> => ({
  ok: false,
  failure: { kind, message: kind },
});

it('keeps of the first kubelet that answers the domain, and nothing else', async () => {
  const of = access((path) => (path.includes('node-a') ? failure('timeout') : { ok: true, value: told }));
  const { sources, gaps } = await readKubeletConfig(
    of,
    objects('corp.example'),
    ['node-a', 'node-b'],
    patience,
  );
  expect(sources.map(({ path, kind, node }) => [path, kind, node])).toEqual([
    ['nodes/node-b/kubelet-configz.json', 'kubelet-config', 'node-b'],
  ]);
  expect(sources.map(textOf)).toEqual(['{"kubeletconfig":{"clusterDomain":"corp.example"}}']);
  expect(gaps).toEqual([]);
});

it('asks no kubelet where the usual domain is served, and not twice where it may not', async () => {
  const usual = access(() => ({ ok: true, value: told }));
  expect(await readKubeletConfig(usual, objects('cluster.local'), ['node-a'], patience)).toEqual({
    sources: [],
    gaps: [],
  });
  expect(usual.asked).toEqual([]);
  const forbidden = access(() => failure('forbidden'));
  expect(await readKubeletConfig(forbidden, objects('corp.example'), ['node-a', 'node-b'], patience)).toEqual(
    {
      sources: [],
      gaps: [],
    },
  );
  expect(forbidden.asked).toHaveLength(1);
});
