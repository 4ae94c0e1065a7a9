import type { Frontend } from '../model/frontend.ts';
import { parseProtocol } from '../model/protocol.ts';
import type { EndpointSlice, Service, ServicePort } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';

interface ServiceIndex {
  readonly services: ReadonlyMap<string, Service>;
  readonly slices: ReadonlyMap<string, readonly EndpointSlice[]>;
}

const NO_SLICES: readonly EndpointSlice[] = [];
const slicesByWorld = new WeakMap<readonly EndpointSlice[], ServiceIndex['slices']>();
const servicesByWorld = new WeakMap<readonly Service[], ServiceIndex['services']>();

/** The Service `name` (`namespace/name`); undefined where it was not read. */
export function findService(world: World, name: string): Service | undefined {
  let services = servicesByWorld.get(world.services);
  if (services === undefined) {
    services = new Map(world.services.map((service) => [nameOf(service), service]));
    servicesByWorld.set(world.services, services);
  }
  return services.get(name);
}

/** The EndpointSlices of `service`, by the label that the slice controllers set. */
export function slicesOf(world: World, service: Service): readonly EndpointSlice[] {
  let slices = slicesByWorld.get(world.endpointSlices);
  if (slices === undefined) {
    slices = groupSlices(world.endpointSlices);
    slicesByWorld.set(world.endpointSlices, slices);
  }
  return slices.get(nameOf(service)) ?? NO_SLICES;
}

/** The Service port that `frontend` is of; undefined where the Service has none such (any more). */
export function findPort(service: Service, { portName, protocol }: Frontend): ServicePort | undefined {
  return service.spec.ports?.find(
    (port) => (port.name ?? '') === portName && parseProtocol(port.protocol ?? 'TCP') === protocol,
  );
}

/** `namespace/name`. */
export function nameOf({ metadata }: Service): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function groupSlices(slices: readonly EndpointSlice[]): ServiceIndex['slices'] {
  const groups = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const service = slice.metadata.labels?.['kubernetes.io/service-name'];
    if (service === undefined) continue;
    const key = `${slice.metadata.namespace}/${service}`;
    const group = groups.get(key);
    if (group) group.push(slice);
    else groups.set(key, [slice]);
  }
  return groups;
}
