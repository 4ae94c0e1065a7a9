import { expect } from 'vitest';
import type { Outcome } from '../../src/dataplane/walk/trace.ts';
import { type Ip, formatIp } from '../../src/model/address.ts';
import type { Frontend } from '../../src/model/frontend.ts';
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
  /** Another node has hidden the client's address: whether this one does it once more is nobody's matter. */
  readonly isMasked?: true;
  /** A pod of the node sends it. */
  readonly isOfPod: boolean;
  /** The frontend that the client asked for. */
  readonly frontend: string;
}

/** One change of a node's rules. */
export interface Mutant {
  readonly name: string;
  /** The chain, map, set or virtual server that was changed, under any name that is right. */
  readonly places: readonly string[];
  readonly world: World;
  /** What becomes of every packet under the change, told by a judge that is not the engine. */
  readonly fates: readonly string[];
}

/** Every frontend of every Service from every client. */
export function verifyAll(world: World): Verification[] {
  return [...auditWorld(world)].flatMap(({ verifications }) => verifications);
}

/** The node's own addresses. */
export function localAddresses(world: World): Set<Ip> {
  const links = world.nodeStates.get(NODE)?.links ?? [];
  return new Set(links.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
}

/** Packets to frontends that the rules of the node see first, and those that other nodes send on to its pods. */
export function packetsAt(world: World): JudgedPacket[] {
  return verifyAll(world).flatMap(
    ({ expectation: { node, vantage, frontend }, trace: { packet, outcomes } }) => {
      const { source, destination, destinationPort: port = 0 } = packet;
      const protocol = packet.protocol === 17 ? ('udp' as const) : ('tcp' as const);
      const isOwn = vantage.node === NODE;
      const first: JudgedPacket = {
        hook: isOwn && vantage.kind === 'node' ? 'OUTPUT' : 'PREROUTING',
        source,
        destination,
        port,
        protocol,
        isOfPod: isOwn && vantage.kind === 'pod',
        frontend: frontendKey(frontend),
      };
      if (node === NODE || node === undefined || isOwn) return node === NODE || isOwn ? [first] : [];
      const sentOn = outcomes.filter((outcome) => outcome.node === NODE && outcome.result === 'delivered');
      return sentOn.map((outcome) => ({ ...first, ...endOf(outcome, first) }));
    },
  );
}

function endOf({ destination, sourceNat }: Outcome, { port }: JudgedPacket): Partial<JudgedPacket> {
  return {
    destination: destination.address,
    port: destination.port ?? port,
    ...(sourceNat === 'none' ? {} : { isMasked: true }),
  };
}

function frontendKey({ address, port, protocol }: Frontend): string {
  return `${formatIp(address)}:${port}/${protocol}`;
}

/** Prints and asserts how many of the changes that change a fate are told, and named, and how many of the others are not. */
export function score(
  title: string,
  packets: readonly JudgedPacket[],
  before: readonly string[],
  mutants: Iterable<Mutant>,
  least: { readonly told: number; readonly named: number },
): void {
  const sum = { changing: 0, told: 0, named: 0, right: 0, silent: 0, still: 0 };
  const missed: string[] = [];
  const names = (texts: readonly string[]): string => texts.slice(0, 3).join(' ');
  for (const { name, places, world, fates } of mutants) {
    const found = verifyAll(world).flatMap(({ discrepancies }) => discrepancies);
    const [first] = found;
    const changed = new Set(
      packets.flatMap(({ frontend }, index) => (fates[index] === before[index] ? [] : [frontend])),
    );
    if (changed.size === 0) {
      sum.still++;
      const alarm = found.find(({ kind }) => kind !== 'cannot-tell');
      if (alarm === undefined) sum.silent++;
      else missed.push(`false alarm (${alarm.kind}: ${alarm.summary}), ${name}`);
      continue;
    }
    sum.changing++;
    const told = new Set(
      found.flatMap(({ kind, node, expectation }) =>
        node === NODE && kind !== 'cannot-tell' ? [frontendKey(expectation.frontend)] : [],
      ),
    );
    const untold = [...changed].filter((each) => !told.has(each));
    const beyond = [...told].filter((each) => !changed.has(each));
    if (untold.length < changed.size) sum.told++;
    else missed.push(`untold (${first?.kind ?? '-'}), ${name}`);
    if (untold.length === 0 && beyond.length === 0) sum.right++;
    else missed.push(`frontends (untold ${names(untold)}; beyond ${names(beyond)}), ${name}`);
    // A rule that looks up the set or map names it, too.
    const isNamed = found.some(
      ({ at }) =>
        at &&
        (places.includes(at.chain) ||
          places.some((place) => at.rule.includes(`@${place}`) || at.rule.includes(`--match-set ${place} `))),
    );
    if (isNamed) sum.named++;
    else missed.push(`unnamed (${first?.kind ?? '-'} ${first?.at?.chain ?? '-'}), ${name}`);
  }
  const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;
  console.log(
    `${title}, mutants that change a fate: ${sum.told} of ${sum.changing} told (${percent(sum.told, sum.changing)}), ` +
      `at just the frontends concerned in ${percent(sum.right, sum.changing)}, the place named in ${percent(sum.named, sum.changing)}; ` +
      `the others: ${sum.silent} of ${sum.still} silent`,
  );
  if (process.env['MUTATE_VERBOSE']) console.log(missed.join('\n'));
  expect(sum.changing).toBeGreaterThan(0);
  expect(missed.filter((each) => each.startsWith('false alarm'))).toEqual([]);
  expect(sum.told / sum.changing).toBeGreaterThanOrEqual(least.told);
  expect(sum.named / sum.changing).toBeGreaterThanOrEqual(least.named);
}
