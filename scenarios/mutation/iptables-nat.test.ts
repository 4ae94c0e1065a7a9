import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseIptables } from '../../src/dataplane/iptables/parse-iptables.ts';
import { readBundle } from '../../src/observe/bundle/read-bundle.ts';
import { auditWorld } from '../../src/verify/audit-world.ts';
import type { Verification } from '../../src/verify/discrepancy.ts';
import { buildWorld } from '../../src/world/build-world.ts';
import { withNodeState } from '../../src/world/repair/node-state.ts';
import type { World } from '../../src/world/world.ts';
import { type JudgedPacket, judgeNat } from './judge-nat.ts';

const NODE = 'node-a';
const folder = `${import.meta.dirname}/../recordings/iptables-healthy`;
const lines = readFileSync(`${folder}/nodes/${NODE}/iptables-save.txt`, 'utf8').split('\n');
const first = lines.indexOf('*nat');
const last = lines.indexOf('COMMIT', first);
const uncounted = (line: string): string => line.replace(/^\[\d+:\d+\] /, '');

/** One changed line of a dump. */
interface Mutant {
  readonly name: string;
  readonly chain: string;
  readonly lines: readonly string[];
}

/** Every rule of kube-proxy's in the table nat: gone, with another port, target or share. */
function mutants(): Mutant[] {
  return lines.slice(first, last).flatMap((line, offset) => {
    const rule = uncounted(line);
    const chain = /^-A (KUBE-\S+)/.exec(rule)?.[1];
    if (chain === undefined) return [];
    const changes: [string, string | undefined][] = [
      ['deleted', undefined],
      [
        'port',
        rule.replace(/(--dport |--to-destination [\d.]+:)(\d+)/, (_, to, port) => `${to}${Number(port) + 1}`),
      ],
      [
        'address',
        rule.replace(
          /(--to-destination \d+\.\d+\.\d+\.)(\d+)/,
          (_, to, host) => `${to}${Number(host) + 100}`,
        ),
      ],
      ['share', rule.replace(/--probability [\d.]+/, '--probability 0.90000000000')],
      ['target', rule.replace(/-j KUBE-(SVC|SEP|EXT)-\S+/, '-j KUBE-MARK-MASQ')],
    ];
    return changes
      .filter(([, changed]) => changed !== rule)
      .map(([name, changed]) => ({
        name: `${name}: ${rule}`,
        chain,
        lines: lines.flatMap((each, at) => (at === first + offset ? (changed ?? []) : each)),
      }));
  });
}

function mutated(world: World, dump: readonly string[]): World {
  const source = {
    path: `nodes/${NODE}/iptables-save.txt`,
    bytes: new TextEncoder().encode(dump.join('\n')),
  };
  const [nat] = parseIptables(source).tables.filter(({ name }) => name === 'nat');
  return withNodeState(world, NODE, (state) => ({
    ...state,
    tables: state.tables.map((table) => (nat && table.family === 'ip' && table.name === 'nat' ? nat : table)),
  }));
}

function packetOf({ trace }: Verification, kind: string, local: ReadonlySet<number | bigint>): JudgedPacket {
  const { source, destination, destinationPort = 0, protocol } = trace.packet;
  return {
    hook: kind === 'node' ? 'OUTPUT' : 'PREROUTING',
    source,
    destination,
    port: destinationPort,
    protocol: protocol === 17 ? 'udp' : 'tcp',
    local,
  };
}

it('tells every change of a rule that changes any client’s fate, and is silent on the others', async () => {
  const world = buildWorld(await readBundle([folder]));
  const links = world.nodeStates.get(NODE)?.links ?? [];
  const local = new Set(links.flatMap(({ addresses }) => addresses.map(({ address }) => address)));
  const verify = (of: World): Verification[] => [...auditWorld(of)].flatMap((each) => each.verifications);
  // Packets that the node's nat table sees first: its own clients', and NodePort packets of the neighbour.
  const packets = verify(world)
    .filter(({ expectation }) => (expectation.node ?? '') === NODE)
    .map((each) => {
      const { vantage } = each.expectation;
      return packetOf(each, vantage.node === NODE ? vantage.kind : 'external', local);
    });
  const fatesOf = (dump: readonly string[]): string => {
    const nat = dump.slice(dump.indexOf('*nat')).map(uncounted);
    return packets.map((packet) => judgeNat(nat, packet)).join('\n\n');
  };
  const before = fatesOf(lines);
  const score = { changing: 0, told: 0, named: 0, silent: 0, still: 0 };
  const missed: string[] = [];
  for (const mutant of mutants()) {
    const found = verify(mutated(world, mutant.lines)).flatMap(({ discrepancies }) => discrepancies);
    if (fatesOf(mutant.lines) === before) {
      score.still++;
      if (found.length === 0) score.silent++;
      else missed.push(`false alarm, ${mutant.name}`);
      continue;
    }
    score.changing++;
    if (found.some(({ node }) => node === NODE)) score.told++;
    else missed.push(mutant.name);
    if (found.some(({ at }) => at?.chain === mutant.chain)) score.named++;
    else missed.push(`unnamed (${found[0]?.kind ?? '-'} ${found[0]?.at?.chain ?? '-'}), ${mutant.name}`);
  }
  const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;
  console.log(
    `mutants that change a fate: ${score.told} of ${score.changing} told (${percent(score.told, score.changing)}), ` +
      `the chain named in ${percent(score.named, score.changing)}; the others: ${score.silent} of ${score.still} silent`,
  );
  if (process.env['MUTATE_VERBOSE']) console.log(missed.join('\n'));
  expect(score.told).toBe(score.changing);
  expect(score.silent).toBe(score.still);
}, 300_000);
