import { expect } from 'vitest';
import type { Ip } from '../../src/model/address.ts';
import { auditWorld } from '../../src/verify/audit-world.ts';
import type { Verification } from '../../src/verify/discrepancy.ts';
import type { World } from '../../src/world/world.ts';

/** The node whose rules are changed. */
export const NODE = 'node-a';

/** A first packet as it meets the rules of its node. */
export interface JudgedPacket {
  readonly hook: 'PREROUTING' | 'OUTPUT';
  readonly source: Ip;
  readonly destination: Ip;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** The node's own addresses. */
  readonly local: ReadonlySet<Ip>;
}

/** One change of a node's rules. */
export interface Mutant {
  readonly name: string;
  /** The chain, map, set or virtual server that was changed, under any name that is right. */
  readonly places: readonly string[];
  readonly world: World;
  /** What becomes of every packet under the change, told by a judge that is not the engine. */
  readonly fates: string;
}

/** Every frontend of every Service from every client. */
export function verifyAll(world: World): Verification[] {
  return [...auditWorld(world)].flatMap(({ verifications }) => verifications);
}

/** Packets that the rules of the node see first: its own clients', and NodePort packets of the neighbour. */
export function packetsAt(world: World): JudgedPacket[] {
  const links = world.nodeStates.get(NODE)?.links ?? [];
  const local = new Set(links.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
  return verifyAll(world)
    .filter(({ expectation }) => (expectation.node ?? '') === NODE)
    .map(({ expectation: { vantage }, trace: { packet } }) => ({
      hook: vantage.node === NODE && vantage.kind === 'node' ? 'OUTPUT' : 'PREROUTING',
      source: packet.source,
      destination: packet.destination,
      port: packet.destinationPort ?? 0,
      protocol: packet.protocol === 17 ? 'udp' : 'tcp',
      local,
    }));
}

/** Prints and asserts how many of the changes that change a fate are told, and named, and how many of the others are not. */
export function score(title: string, before: string, mutants: Iterable<Mutant>, leastNamed: number): void {
  const sum = { changing: 0, told: 0, named: 0, silent: 0, still: 0 };
  const missed: string[] = [];
  for (const { name, places, world, fates } of mutants) {
    const found = verifyAll(world).flatMap(({ discrepancies }) => discrepancies);
    const [first] = found;
    if (fates === before) {
      sum.still++;
      if (first === undefined) sum.silent++;
      else missed.push(`false alarm (${first.kind}: ${first.summary}), ${name}`);
      continue;
    }
    sum.changing++;
    if (found.some(({ node, kind }) => node === NODE && kind !== 'cannot-tell')) sum.told++;
    else missed.push(`untold (${first?.kind ?? '-'}), ${name}`);
    // A rule that looks up the set or map names it, too.
    const isNamed = found.some(
      ({ at }) => at && (places.includes(at.chain) || places.some((place) => at.rule.includes(`@${place}`))),
    );
    if (isNamed) sum.named++;
    else missed.push(`unnamed (${first?.kind ?? '-'} ${first?.at?.chain ?? '-'}), ${name}`);
  }
  const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;
  console.log(
    `${title}, mutants that change a fate: ${sum.told} of ${sum.changing} told (${percent(sum.told, sum.changing)}), ` +
      `the place named in ${percent(sum.named, sum.changing)}; the others: ${sum.silent} of ${sum.still} silent`,
  );
  if (process.env['MUTATE_VERBOSE']) console.log(missed.join('\n'));
  expect(sum.changing).toBeGreaterThan(0);
  expect(missed.filter((each) => !each.startsWith('unnamed'))).toEqual([]);
  expect(sum.named / sum.changing).toBeGreaterThanOrEqual(leastNamed);
}
