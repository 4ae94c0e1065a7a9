import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { walk } from '../../src/dataplane/walk/walk.ts';
import { type Ip, formatIp, parseIp } from '../../src/model/address.ts';
import { parseProtocol } from '../../src/model/protocol.ts';
import { recogniseSource } from '../../src/snapshot/recognise.ts';
import { buildWorld } from '../../src/world/build-world.ts';
import type { World } from '../../src/world/world.ts';
import {
  type Attempt,
  CLIENTS,
  ENDPOINT_PORT,
  NODE_ADDRESS,
  type Observed,
  PORT,
  attempts,
  ipsetText,
  iptablesText,
  ipvsadmText,
  servers,
} from './ipvs-scene.ts';
import { runEmulated } from './machine.ts';

const ENDPOINTS = ['10.244.1.11', '10.244.1.12', '10.244.1.13', '10.244.1.14'];
/** 0.9999 quantiles of chi-square by degrees of freedom. */
const CRITICAL = [0, 15.14, 18.42, 21.11];

let observed: readonly Observed[] = [];
let world: World;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-ipvs-'));
  const addresses = servers.map(({ address }) => address);
  const plan = {
    endpoints: ENDPOINTS,
    clients: CLIENTS,
    node: NODE_ADDRESS,
    port: ENDPOINT_PORT,
    addresses,
    attempts,
  };
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  writeFileSync(join(folder, 'ipvsadm.in'), ipvsadmText());
  writeFileSync(join(folder, 'ipset.in'), ipsetText());
  writeFileSync(join(folder, 'iptables.in'), iptablesText);
  const command = `'${process.execPath}' lab/emulated/scene-agent.mjs direct /out`;
  const code = await runEmulated(command, folder, 540_000);
  if (code !== 0) throw new Error(readFileSync(join(folder, 'emulated.log'), 'utf8').slice(-2000));
  observed = JSON.parse(readFileSync(join(folder, 'observed.json'), 'utf8')) as Observed[];
  world = worldOf(folder);
}, 560_000);

/** The machine as a node of a cluster whose pods are the endpoints and a client. */
function worldOf(folder: string): World {
  const pod = (name: string, podIP: string): object => ({
    kind: 'Pod',
    metadata: { name, namespace: 'shop' },
    spec: { nodeName: 'vm', containers: [] },
    status: { phase: 'Running', podIP },
  });
  const objects = [
    {
      kind: 'Node',
      metadata: { name: 'vm' },
      spec: { podCIDR: '10.244.0.0/16' },
      status: { addresses: [{ type: 'InternalIP', address: NODE_ADDRESS }] },
    },
    ...ENDPOINTS.map((address, index) => pod(`web-${index}`, address)),
    pod('client', CLIENTS.pod),
  ];
  const bytes = new TextEncoder().encode(JSON.stringify({ kind: 'List', items: objects }));
  const dumps = ['ipvsadm-save', 'ipset-save', 'iptables-save', 'ip-addr', 'ip-route', 'ip-rule', 'sysctl'];
  const sources = dumps.map((name) => {
    const path = `nodes/vm/${name}.txt`;
    const text = readFileSync(join(folder, `${name}.txt`));
    return { ...recogniseSource(path, text), path, node: 'vm', bytes: text };
  });
  return buildWorld({
    format: 'plumb-snapshot',
    version: 1,
    sources: [{ path: 'objects.json', kind: 'kubernetes', bytes }, ...sources],
    gaps: [],
  });
}

function ip(text: string): Ip {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

function outcomesOf({ client, address, protocol }: Attempt): ReturnType<typeof walk>['outcomes'] {
  const source = ip(CLIENTS[client]);
  const kind = client === 'outside' ? 'external' : client;
  const packet = {
    source,
    destination: ip(address),
    destinationPort: PORT,
    protocol: parseProtocol(protocol) ?? 0,
  };
  return walk(world.network, { kind, node: 'vm', address: source }, packet).outcomes;
}

/** What a client of the walk would see, as the scene writes it down. */
function foreseen(attempt: Attempt): string[] {
  return outcomesOf(attempt)
    .filter(({ probability }) => probability[1] > 0)
    .map(({ result, destination, sourceNat, replyReturns }) => {
      if (result === 'rejected') return 'refused';
      if (result !== 'delivered' || replyReturns !== true) return result;
      const source = sourceNat === 'none' ? CLIENTS[attempt.client] : NODE_ADDRESS;
      return `${formatIp(destination.address)} ${source}`;
    });
}

describe('IPVS in a real kernel', () => {
  it('answers every connection from where the walk says it may', () => {
    const sent = observed.reduce((sum, { answers }) => sum + answers.length, 0);
    expect(sent).toBeGreaterThanOrEqual(200);
    const wrong = observed.flatMap((attempt) => {
      const able = foreseen(attempt);
      return attempt.answers
        .filter((answer) => !able.includes(answer))
        .map(
          (answer) =>
            `${attempt.client} ${attempt.address}/${attempt.protocol}: ${answer}, not ${able.join(' or ')}`,
        );
    });
    expect(wrong).toEqual([]);
  });

  it.each(
    servers.filter(
      ({ scheduler, persistentSeconds, weights }) =>
        ['rr', 'wrr'].includes(scheduler) &&
        persistentSeconds === undefined &&
        weights.some((weight) => weight > 0),
    ),
  )('$scheduler $weights of $protocol shares as the walk says', ({ address }) => {
    const attempt = observed.find((each) => each.address === address && each.client === 'pod');
    if (attempt === undefined) throw new Error('nothing was sent');
    const counts = outcomesOf(attempt)
      .filter(({ probability }) => probability[1] > 0)
      .map(({ destination, probability }) => {
        const expected = probability[0] * attempt.answers.length;
        const seen = attempt.answers.filter((answer) =>
          answer.startsWith(`${formatIp(destination.address)} `),
        ).length;
        return (seen - expected) ** 2 / expected;
      });
    const chiSquare = counts.reduce((sum, each) => sum + each, 0);
    expect(chiSquare).toBeLessThan(CRITICAL[counts.length - 1] ?? 0);
  });

  it('keeps a client at one server where that is persistent', () => {
    const persistent = servers.find(({ persistentSeconds }) => persistentSeconds !== undefined);
    const answers = observed
      .filter(({ address, client }) => address === persistent?.address && client === 'pod')
      .flatMap((each) => each.answers);
    expect(answers).toHaveLength(12);
    expect(new Set(answers).size).toBe(1);
  });
});
