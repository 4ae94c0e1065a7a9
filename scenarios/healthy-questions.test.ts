import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { investigateService } from '../src/investigate.ts';
import type { ServiceQuestion } from '../src/investigate/questions.ts';
import { readBundle } from '../src/observe/bundle/read-bundle.ts';
import type { Snapshot } from '../src/snapshot/snapshot.ts';
import { buildWorld } from '../src/world/build-world.ts';
import type { World } from '../src/world/world.ts';

// However one asks about a healthy cluster, nothing is wrong.

const recordings = fileURLToPath(new URL('recordings/', import.meta.url));

/** From every pod and node, from outside, and for every port. */
function questionsOf(world: World, namespace: string, name: string): ServiceQuestion[] {
  const service = world.services.find(
    ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
  );
  const ports = (service?.spec.ports ?? []).flatMap(({ port, name: own }) => [port, own ?? port]);
  const pods = world.pods
    .filter(({ spec }) => !spec.hostNetwork)
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  const from = [
    ...pods.map((pod) => ({ pod })),
    ...world.nodes.map(({ metadata }) => ({ node: metadata.name })),
    { isExternal: true },
  ];
  return [
    { namespace, name },
    ...ports.map((port) => ({ namespace, name, port })),
    ...from.map((each) => ({ namespace, name, from: each })),
  ];
}

describe.each(['iptables-healthy', 'nftables-healthy', 'ipvs-healthy'])('%s', (recording) => {
  let snapshot: Snapshot;
  let world: World;
  beforeAll(async () => {
    snapshot = await readBundle([`${recordings}${recording}`]);
    world = buildWorld(snapshot);
  });

  it('is healthy for every client and port of every Service', () => {
    const wrong = world.services.flatMap(({ metadata: { namespace, name } }) =>
      questionsOf(world, namespace, name).flatMap((question) => {
        const { verdict, findings } = investigateService(snapshot, question);
        const said = findings.filter(({ severity }) => severity !== 'info').map(({ summary }) => summary);
        return verdict === 'healthy' && said.length === 0 ? [] : [{ question, verdict, said }];
      }),
    );
    // Nobody asked whether a name outside the cluster resolves.
    expect(wrong.filter(({ question }) => question.name !== 'upstream')).toEqual([]);
    expect(new Set(wrong.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']));
  });
});
