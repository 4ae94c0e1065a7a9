import { it } from 'vitest';
import { parseNftJson } from '../../src/dataplane/nftables/parse-nft-json.ts';
import { withNodeState } from '../../src/world/repair/node-state.ts';
import type { World } from '../../src/world/world.ts';
import { judgeNft } from './judge-nft.ts';
import type { NftEntry } from './nft-json.ts';
import { nftMutants } from './nft-mutants.ts';
import { readScene, scenesOf } from './scene.ts';
import { NODE, localAddresses, packetsAt, score } from './score.ts';
import { each, sample } from './text-mutants.ts';

const path = `nodes/${NODE}/nft-ruleset.json`;

function withEntries(world: World, entries: readonly NftEntry[]): World {
  const bytes = new TextEncoder().encode(JSON.stringify({ nftables: entries }));
  const changed = parseNftJson({ path, bytes }).tables.find(
    ({ family, name }) => family === 'ip' && name === 'kube-proxy',
  );
  return withNodeState(world, NODE, (state) => ({
    ...state,
    tables: state.tables.map((table) =>
      changed && table.family === 'ip' && table.name === 'kube-proxy' ? changed : table,
    ),
  }));
}

it.each(scenesOf('nftables', { told: 1, named: 0.98 }))(
  'tells every change of kube-proxy’s nftables table that changes any client’s fate: %s',
  async (path, least, most) => {
    const { world, textOf } = await readScene(path);
    const { nftables } = JSON.parse(textOf('nft-ruleset.json')) as { nftables: NftEntry[] };
    const packets = packetsAt(world);
    const local = localAddresses(world);
    const fatesOf = (entries: readonly NftEntry[]): string[] => packets.map(judgeNft(entries, local));
    const mutants = each(sample(nftMutants(nftables), 3, most), ({ name, place, entries }) => ({
      name,
      places: [place],
      world: withEntries(world, entries),
      fates: fatesOf(entries),
    }));
    score(path, packets, fatesOf(nftables), mutants, least);
  },
  3_600_000,
);
