import { it } from 'vitest';
import { parseIptables } from '../../src/dataplane/iptables/parse-iptables.ts';
import { withNodeState } from '../../src/world/repair/node-state.ts';
import type { World } from '../../src/world/world.ts';
import { iptablesMutants } from './iptables-mutants.ts';
import { judgeNode } from './judge-iptables.ts';
import { linesOf, readScene, scenesOf } from './scene.ts';
import { NODE, localAddresses, packetsAt, score } from './score.ts';
import { each, sample } from './text-mutants.ts';

/** `world` with the tables of `lines` in place of the node's. */
export function withRules(world: World, lines: readonly string[]): World {
  const bytes = new TextEncoder().encode(lines.join('\n'));
  const { tables } = parseIptables({ path: `nodes/${NODE}/iptables-save.txt`, bytes });
  return withNodeState(world, NODE, (state) => ({
    ...state,
    tables: [
      ...state.tables.filter(({ family, origin }) => family !== 'ip' || origin === 'nftables'),
      ...tables,
    ],
  }));
}

it.each(scenesOf('iptables', { told: 1, named: 0.98 }))(
  'tells every change of a rule of iptables mode that changes any client’s fate: %s',
  async (path, least, most) => {
    const { world, textOf } = await readScene(path);
    const lines = linesOf(textOf('iptables-save.txt'));
    const packets = packetsAt(world);
    const local = localAddresses(world);
    const fatesOf = (rules: readonly string[]): string[] =>
      packets.map(judgeNode({ rules, sets: [], servers: [], local }));
    const mutants = each(sample(iptablesMutants(lines), 3, most), (mutant) => ({
      name: mutant.name,
      places: [mutant.place],
      world: withRules(world, mutant.lines),
      fates: fatesOf(mutant.lines),
    }));
    score(path, packets, fatesOf(lines), mutants, least);
  },
  3_600_000,
);
