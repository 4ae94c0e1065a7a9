import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../../src/dataplane/walk/trace.ts';
import { walk } from '../../src/dataplane/walk/walk.ts';
import { addressesOfFamily } from '../../src/intent/addresses-of-family.ts';
import { frontendsOf } from '../../src/intent/frontends-of.ts';
import { familyOf, formatAddressPort, type Ip } from '../../src/model/address.ts';
import { type Protocol, protocolName } from '../../src/model/protocol.ts';
import type { Vantage } from '../../src/model/vantage.ts';
import { readBundle } from '../../src/observe/bundle/read-bundle.ts';
import { buildWorld } from '../../src/world/build-world.ts';
import type { World } from '../../src/world/world.ts';
import type { Lab } from '../cluster/lab.ts';
import { clientName } from '../cluster/workload.ts';
import { writeClusterEvidence } from '../evidence/cluster-evidence.ts';
import { writeNodeEvidence } from '../evidence/node-evidence.ts';
import { podOn } from '../evidence/observe.ts';
import { probe, type Vantage as LabVantage } from '../evidence/probe.ts';
import { home } from '../machine/places.ts';

/** The lab as Plumb sees it: in the recording in `folder`, or as it is now. */
export async function readLabWorld(lab: Lab, folder?: string): Promise<World> {
  const own = mkdtempSync(join(home, 'judge-'));
  try {
    if (folder === undefined) {
      await writeNodeEvidence(lab, own);
      await writeClusterEvidence(own);
    }
    return buildWorld(await readBundle([folder ?? own]));
  } finally {
    rmSync(own, { recursive: true });
  }
}

/** Who connects: how the lab makes it connect, and where the walk begins. */
export interface Client {
  readonly door: LabVantage;
  readonly start: Vantage;
}

/** What is connected to. */
export interface Goal {
  readonly address: Ip;
  readonly port: number;
  readonly protocol: Protocol;
}

/** A pod of every node, every node, and the client outside as it meets every node; once for each family that they have. */
export function clientsOf(lab: Lab, world: World): Client[] {
  const inside = lab.nodes.flatMap((node): Client[] => {
    const pod = world.pods.find(({ metadata }) => metadata.name === clientName(node.name));
    const addresses = [pod?.status?.podIP, ...(pod?.status?.podIPs ?? []).map(({ ip }) => ip)];
    const own = { kind: 'node', name: node.name, label: node.name } as const;
    return [
      ...distinct(addresses).map((address): Client => {
        return { door: podOn(node.name), start: { kind: 'pod', node: node.name, address } };
      }),
      ...distinct(node.addresses).map((address): Client => {
        return { door: own, start: { kind: 'node', node: node.name, address } };
      }),
    ];
  });
  // The client outside has its own link to every node: it enters the node whose address it asks.
  const outside = distinct([lab.layout.outside]).flatMap((address) =>
    lab.nodes.map((node): Client => {
      const door = { kind: 'outside', label: 'outside' } as const;
      return { door, start: { kind: 'external', node: node.name, address } };
    }),
  );
  return [...inside, ...outside];
}

function distinct(texts: readonly (string | undefined)[]): Ip[] {
  return [...new Set([...addressesOfFamily(texts, 'IPv4'), ...addressesOfFamily(texts, 'IPv6')])];
}

/** Every address and port of every Service that a client of this kind may ask, and one that no Service has. */
export function goalsOf(world: World, { kind, node, address }: Vantage): Goal[] {
  const frontends = world.services.flatMap((service) => frontendsOf(world, service));
  const family = familyOf(address);
  const all = frontends.filter((frontend) => {
    if (familyOf(frontend.address) !== family) return false;
    return kind !== 'external' || (frontend.kind === 'nodePort' && frontend.node === node);
  });
  const [first] = all;
  return first === undefined ? [] : [...all, { ...first, port: UNSERVED }];
}

const UNSERVED = 81;

/** Connects; who answered, or the error in one word, and how often. */
export async function connect(
  lab: Lab,
  { door }: Client,
  { address, port, protocol }: Goal,
  options: { readonly tries: number; readonly timeoutMs: number; readonly localPort?: number },
): Promise<Readonly<Record<string, number>>> {
  const target = `${protocolName(protocol).toLowerCase()}/${formatAddressPort(address, port)}`;
  const [observation] = await probe(lab, door, [{ address: target, label: target }], options);
  return observation?.answers ?? {};
}

/** What nodes remember of clients whose Service keeps them at one endpoint. */
export async function forgetAffinity(lab: Lab): Promise<void> {
  for (const { name } of lab.nodes) {
    await lab.tryOnNode(
      name,
      `for list in /proc/net/xt_recent/*; do echo / > "$list"; done
nft list sets | sed -n 's/^table \\(ip6*\\) kube-proxy.*/T \\1/p; s/^\\tset \\(affinity-[^ ]*\\) {.*/S \\1/p' |
  awk '$1 == "T" { f = $2 } $1 == "S" { print "flush set " f " kube-proxy " $2 }' | nft -f -`,
    );
  }
}

/** What the walk of `world` says of a connection, with its steps. */
export function outcomesOf(
  world: World,
  { start }: Client,
  goal: Goal,
  sourcePort?: number,
): readonly Outcome[] {
  const packet = {
    source: start.address,
    ...(sourcePort === undefined ? {} : { sourcePort }),
    destination: goal.address,
    destinationPort: goal.port,
    protocol: goal.protocol,
  };
  return walk(world.network, start, packet, { verbose: true, reply: false, everyBranch: true }).outcomes;
}
