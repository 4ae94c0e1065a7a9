import { it } from 'vitest';
import { parseIptables } from '../../src/dataplane/iptables/parse-iptables.ts';
import { parseIpset } from '../../src/dataplane/ipvs/parse-ipset.ts';
import { parseIpvsadm } from '../../src/dataplane/ipvs/parse-ipvsadm.ts';
import { formatIp } from '../../src/model/address.ts';
import { withNodeState } from '../../src/world/repair/node-state.ts';
import type { World } from '../../src/world/world.ts';
import { type IpvsMutant, ipvsMutants } from './ipvs-mutants.ts';
import { type NodeText, judgeNode } from './judge-iptables.ts';
import { linesOf, readScene, scenesOf } from './scene.ts';
import { NODE, localAddresses, packetsAt, score } from './score.ts';
import { each, sample } from './text-mutants.ts';

function sourceOf(file: string, lines: readonly string[]): { path: string; bytes: Uint8Array } {
  return { path: `nodes/${NODE}/${file}`, bytes: new TextEncoder().encode(lines.join('\n')) };
}

function withText(
  world: World,
  { text: { rules, sets, servers }, unbound }: Pick<IpvsMutant, 'text' | 'unbound'>,
): World {
  const { tables } = parseIptables(sourceOf('iptables-save.txt', rules));
  const ipsets = parseIpset(sourceOf('ipset-save.txt', sets)).items;
  return withNodeState(world, NODE, (state) => ({
    ...state,
    tables: [
      ...state.tables.filter(({ family, origin }) => family !== 'ip' || origin === 'nftables'),
      ...tables,
    ],
    ipsets: new Map(ipsets.map((set) => [set.name, set])),
    ipvs: parseIpvsadm(sourceOf('ipvsadm-save.txt', servers)).items,
    links: (state.links ?? []).map((link) => ({
      ...link,
      addresses: link.addresses.filter(({ address }) => address !== unbound),
    })),
    routes: (state.routes ?? []).filter(
      ({ type, destination }) => type !== 'local' || destination.first !== unbound,
    ),
  }));
}

it.each(scenesOf('ipvs', { told: 1, named: 0.98 }))(
  'tells every change of what IPVS mode holds that changes any client’s fate: %s',
  async (path, least, most) => {
    const { world, textOf } = await readScene(path);
    const text: NodeText = {
      rules: linesOf(textOf('iptables-save.txt')),
      sets: linesOf(textOf('ipset-save.txt')),
      servers: linesOf(textOf('ipvsadm-save.txt')),
      local: localAddresses(world),
    };
    const dummy = world.nodeStates.get(NODE)?.links?.find(({ name }) => name === 'kube-ipvs0');
    const bound = new Map(dummy?.addresses.map(({ address }) => [formatIp(address), address]));
    const packets = packetsAt(world);
    const mutants = each(sample(ipvsMutants(text, bound), 2, most), (mutant) => ({
      name: mutant.name,
      places: [mutant.place],
      world: withText(world, mutant),
      fates: packets.map(judgeNode(mutant.text)),
    }));
    score(path, packets, packets.map(judgeNode(text)), mutants, least);
  },
  3_600_000,
);
