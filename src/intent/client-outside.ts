import { type Ip, type IpFamily, familyOf, parseIp } from '../model/address.ts';
import { type Cidr, cidrContains } from '../model/cidr.ts';
import type { Frontend } from '../model/frontend.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';
import { findService } from './service-index.ts';
import { sourceRangesOf } from './source-ranges.ts';

/** Addresses set aside for documentation: no cluster owns them. *Source:* RFC 5737, RFC 3849. */
const OUTSIDE = {
  IPv4: ['203.0.113.9', '198.51.100.9', '192.0.2.9'],
  IPv6: ['2001:db8::9', '3fff::9'],
} as const;

/**
 * Addresses of clients outside the cluster, of the frontend's family: one, and where loadBalancerSourceRanges leave clients out, one that they
 * leave out and one that they let in.
 */
export function clientOutside(world: World, frontend: Frontend): Ip[] {
  const service = frontend.kind === 'loadBalancerIP' ? findService(world, frontend.service) : undefined;
  const ranges = service ? sourceRangesOf(service, familyOf(frontend.address)) : [];
  const isAllowed = (address: Ip): boolean => ranges.some((range) => cidrContains(range, address));
  const strangers = strangersOf(world)[familyOf(frontend.address)];
  const anybody = strangers.find((address) => !isAllowed(address)) ?? strangers[0];
  if (ranges.length === 0 || (anybody !== undefined && isAllowed(anybody)))
    return anybody === undefined ? [] : [anybody];
  const allowed = ranges.map(inside).find((address) => !isOfCluster(world, address));
  return [anybody, allowed].filter((address) => address !== undefined);
}

/** The addresses of `OUTSIDE` that are nobody's in this cluster. */
const strangersOf = perWorld((world) => {
  const free = (family: IpFamily): Ip[] =>
    OUTSIDE[family].flatMap((text) => parseIp(text) ?? []).filter((address) => !isOfCluster(world, address));
  return { IPv4: free('IPv4'), IPv6: free('IPv6') };
});

function isOfCluster({ network }: World, address: Ip): boolean {
  return network.placeOf(address) !== undefined || network.isClusterAddress(address);
}

/** An address of `range` that is neither its first nor, where it is large enough, one of the first few that routers take. */
function inside({ first, prefix }: Cidr): Ip {
  const bits = (typeof first === 'number' ? 32 : 128) - prefix;
  const step = bits >= 4 ? 9 : 0;
  return typeof first === 'number' ? first + step : first + BigInt(step);
}
