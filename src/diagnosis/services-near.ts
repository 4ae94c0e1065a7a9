import type { Service } from '../world/kubernetes/objects.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';

/**
 * `world` with only the Services whose rules a packet to `service` may meet: itself, and those that claim one of its addresses or node ports. A repair is
 * tried on this one: writing the rules of all Services anew, for each suspect, would cost more than the whole audit.
 */
export function withServicesNear(world: World, service: Service): World {
  const near = new Set([
    service,
    ...claimsOf(service).flatMap((claim) => claimantsOf(world).get(claim) ?? []),
  ]);
  return { ...world, services: [...near] };
}

const claimantsOf = perWorld(({ services }) => {
  const claimants = new Map<string | number, Service[]>();
  for (const service of services) {
    for (const claim of claimsOf(service)) {
      const known = claimants.get(claim);
      if (known) known.push(service);
      else claimants.set(claim, [service]);
    }
  }
  return claimants;
});

/** What the API writes where there is no address or node port. */
const NOTHING = new Set<string | number>(['', 'None', 0]);

function claimsOf({ spec, status }: Service): (string | number)[] {
  return [
    ...(spec.clusterIPs ?? [spec.clusterIP]),
    ...(spec.externalIPs ?? []),
    ...(status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip),
    ...(spec.ports ?? []).map(({ nodePort }) => nodePort),
  ].filter((claim): claim is string | number => claim !== undefined && !NOTHING.has(claim));
}
