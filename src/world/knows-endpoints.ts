import { type IpFamily, familyOf, parseIp } from '../model/address.ts';
import type { Service } from './kubernetes/objects.ts';
import { perWorld } from './per-world.ts';
import type { World } from './world.ts';

/** What the controller writes on an Endpoints object that has room for a part of the addresses only. */
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/**
 * Whether all endpoints of one family were read, of a Service with this name. Endpoints objects, which stand in where no EndpointSlices were read,
 * have the Service's first family only, and at most a thousand addresses. *Source:* kubernetes.io/docs/concepts/services-networking/service/#endpoints.
 */
export function knowsEndpoints(
  world: World,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  family: IpFamily,
): boolean {
  const coverage = world.coverage.get('endpointslices');
  if (coverage === undefined) return false;
  if (!coverage.isComplete && !(coverage.namespaces?.includes(namespace) ?? false)) return false;
  if (coverage.derivedFrom === undefined) return true;
  const key = `${namespace}/${name}`;
  if (truncatedOf(world).has(key)) return false;
  const first = firstFamilyOf(
    world.services.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === key),
  );
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
