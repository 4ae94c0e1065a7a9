import { readFileSync } from 'node:fs';
import { it } from 'vitest';
import { parseNftJson } from '../../src/dataplane/nftables/parse-nft-json.ts';
import { readBundle } from '../../src/observe/bundle/read-bundle.ts';
import { buildWorld } from '../../src/world/build-world.ts';
import { withNodeState } from '../../src/world/repair/node-state.ts';
import type { World } from '../../src/world/world.ts';
import { judgeNft } from './judge-nft.ts';
import type { NftEntry } from './nft-json.ts';
import { nftMutants } from './nft-mutants.ts';
import { NODE, packetsAt, score } from './score.ts';

const folder = `${import.meta.dirname}/../recordings/nftables-healthy`;
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

it('tells every change of kube-proxy’s nftables table that changes any client’s fate', async () => {
  const world = buildWorld(await readBundle([folder]));
  const { nftables } = JSON.parse(readFileSync(`${folder}/${path}`, 'utf8')) as { nftables: NftEntry[] };
  const packets = packetsAt(world);
  const fatesOf = (entries: readonly NftEntry[]): string =>
    packets.map((packet) => judgeNft(entries, packet)).join('\n\n');
  const mutants = nftMutants(nftables).map(({ name, place, entries }) => ({
    name,
    places: [place],
    world: withEntries(world, entries),
    fates: fatesOf(entries),
  }));
  score('nftables', fatesOf(nftables), mutants, 0.85);
}, 300_000);
