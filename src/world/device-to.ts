import type { Ip } from '../model/address.ts';
import { cidrContains } from '../model/cidr.ts';
import type { World } from './world.ts';

/**
 * The interface behind which `node` has `address`, by the longest prefix of its main table; so does a packet from there arrive, where the node does not route in
 * circles. Undefined where routes were not read, or only the default holds it.
 */
export function deviceTo(world: World, node: string, address: Ip): string | undefined {
  let best: { readonly prefix: number; readonly device: string } | undefined;
  for (const { destination, type, table, device } of world.nodeStates.get(node)?.routes ?? []) {
    if (type !== 'unicast' || table !== 'main' || device === undefined || destination.prefix === 0) continue;
    if (!cidrContains(destination, address) || destination.prefix < (best?.prefix ?? 0)) continue;
    best = { prefix: destination.prefix, device };
  }
  return best?.device;
}
