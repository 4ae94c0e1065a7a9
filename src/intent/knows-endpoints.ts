import { type IpFamily, familyOf, parseIp } from '../model/address.ts';
import type { Service } from '../world/kubernetes/objects.ts';
import { isRead } from '../world/is-read.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';
import { findService } from './service-index.ts';

/** What the controller writes on an Endpoints object that has room for a part of the addresses only. */
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/**
 * Whether all endpoints of one family were read, of the Service `namespace/name`. Endpoints objects, which stand in where no EndpointSlices were read,
 * have the Service's first family only, and at most a thousand addresses. *Source:* kubernetes.io/docs/concepts/services-networking/service/#endpoints.
 */
export function knowsEndpoints(world: World, service: string, family: IpFamily): boolean {
  const [namespace = ''] = service.split('/');
  if (!isRead(world, 'endpointslices', namespace)) return false;
  if (world.coverage.get('endpointslices')?.derivedFrom === undefined) return true;
  if (truncatedOf(world).has(service)) return false;
  const first = firstFamilyOf(findService(world, service));
  return first === undefined || first === family;
}

const truncatedOf = perWorld(
  ({ endpoints }) =>
    new Set(
      endpoints
        .filter(({ metadata }) => metadata.annotations?.[OVER_CAPACITY] !== undefined)
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    ),
);

function firstFamilyOf(service: Service | undefined): IpFamily | undefined {
  const { ipFamilies, clusterIP = '' } = service?.spec ?? {};
  const [first] = ipFamilies ?? [];
  if (first === 'IPv4' || first === 'IPv6') return first;
  const address = parseIp(clusterIP);
  return address === undefined ? undefined : familyOf(address);
}
