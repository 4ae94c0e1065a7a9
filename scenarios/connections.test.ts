import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../src/dataplane/walk/trace.ts';
import { walk } from '../src/dataplane/walk/walk.ts';
import { type Ip, parseIp } from '../src/model/address.ts';
import type { Vantage } from '../src/model/vantage.ts';
import { readBundle } from '../src/observe/bundle/read-bundle.ts';
import { buildWorld } from '../src/world/build-world.ts';
import type { Pod } from '../src/world/kubernetes/objects.ts';
import type { World } from '../src/world/world.ts';

// What real connections did when a recording was made, held against the walk: whoever answered must be among the pods that it delivers
// to, and where some tries came to nothing, it must lose a share.
const folder = `${import.meta.dirname}/recordings`;

interface Observed {
  readonly line: string;
  readonly client: string;
  readonly target: string;
  readonly answers: readonly string[];
  /** Tries that the network lost. A refusal may be the server's own. */
  readonly isLossy: boolean;
}

// `- pod on node-a -> web: web-6b4f-x2x4z 2, timeout 1`, `- node-a -> web: …`, `- outside -> node-a:30080: …`
function observationsOf(name: string): Observed[] {
  const text = readFileSync(`${folder}/${name}/expected.md`, 'utf8');
  return [...text.matchAll(/^- (pod on \S+|\S+) -> (\S+): (.*)$/gm)].flatMap(
    ([line, client = '', dialled = '', results = '']) => {
      const words = results.split(', ').map((result) => result.slice(0, result.lastIndexOf(' ')));
      const answers = words.filter((word) => /-[a-z0-9]{5}$/.test(word));
      return [
        {
          line,
          client,
          target: dialled === 'itself' ? client : dialled,
          answers,
          isLossy: words.some((word) => /timeout|no-route/.test(word)),
        },
      ];
    },
  );
}

function address(text: string | undefined): Ip {
  const found = parseIp(text ?? '');
  if (found === undefined) throw new Error(`no address: ${text ?? ''}`);
  return found;
}

function podAddress(pod: Pod | undefined): Ip {
  return address(pod?.status.podIP);
}

function nodeAddress(world: World, name: string): Ip {
  const own = world.nodes.find(({ metadata }) => metadata.name === name);
  return address(own?.status.addresses?.find(({ type }) => type === 'InternalIP')?.address);
}

function vantageOf(world: World, { client, target }: Observed): Vantage {
  // The host that joins the nodes.
  if (client === 'outside') {
    return { kind: 'external', node: target.split(':')[0] ?? '', address: address('192.168.90.50') };
  }
  const node = client.replace('pod on ', '');
  const pods = world.pods.filter(({ metadata }) => metadata.namespace === 'shop');
  if (client.startsWith('pod on ')) {
    const pod = pods.find(({ metadata }) => metadata.name === `client-${node.slice(-1)}`);
    return { kind: 'pod', node, address: podAddress(pod) };
  }
  if (world.nodes.some(({ metadata }) => metadata.name === client)) {
    return { kind: 'node', node: client, address: nodeAddress(world, client) };
  }
  const pod = pods.find(({ metadata }) => metadata.name.startsWith(`${client}-`));
  return { kind: 'pod', node: pod?.spec.nodeName ?? '', address: podAddress(pod) };
}

function outcomesOf(world: World, observed: Observed): readonly Outcome[] {
  const { target } = observed;
  const vantage = vantageOf(world, observed);
  const [node = '', nodePort] = target.split(':');
  const service = world.services.find(
    ({ metadata }) => metadata.namespace === 'shop' && metadata.name === target,
  );
  const [port] = service?.spec.ports ?? [];
  const packet = {
    source: vantage.address,
    destination: nodePort === undefined ? address(service?.spec.clusterIP) : nodeAddress(world, node),
    destinationPort: Number(nodePort ?? port?.port),
    protocol: port?.protocol === 'UDP' ? 17 : 6,
  };
  return walk(world.network, vantage, packet).outcomes;
}

describe.each(readdirSync(folder))('%s', (name) => {
  test.each(observationsOf(name))('$line', async (observed) => {
    const world = buildWorld(await readBundle([`${folder}/${name}`]));
    const outcomes = outcomesOf(world, observed);
    const arrivals = outcomes.filter(
      ({ result, replyReturns }) => result === 'delivered' && replyReturns !== false,
    );
    const pods = arrivals.map(({ pod }) => pod?.replace('shop/', ''));
    for (const answer of observed.answers) expect(pods).toContain(answer);
    const works = arrivals.reduce(
      (sum, { probability, replyReturns }) => (replyReturns === true ? sum + probability[0] : sum),
      0,
    );
    if (observed.isLossy) expect(works).toBeLessThan(1);
    else if (observed.answers.length > 0) expect(works).toBeCloseTo(1, 6);
  });
});
