import type { NamedEndpoint, NamedPort, NamedService, ZoneContents } from '../dns/expect-answer.ts';
import { type Ip, parseIp } from '../model/address.ts';
import type { EndpointSlice, Service } from './kubernetes/objects.ts';
import type { World } from './world.ts';

/** The Services of `world` as the DNS of `zone` sees them. */
export function zoneContentsOf(world: World, zone: string): ZoneContents {
  const slices = new Map<string, EndpointSlice[]>();
  for (const slice of world.endpointSlices) {
    const key = `${slice.metadata.namespace}/${slice.metadata.labels?.['kubernetes.io/service-name']}`;
    slices.set(key, [...(slices.get(key) ?? []), slice]);
  }
  const services = world.services.map((service) =>
    namedService(service, slices.get(`${service.metadata.namespace}/${service.metadata.name}`) ?? []),
  );
  // A namespace that holds a Service is there, also where namespaces were not read.
  const namespaces = [
    ...world.namespaces.map(({ metadata }) => metadata.name),
    ...services.map((each) => each.namespace),
  ];
  return { zone, services, namespaces: [...new Set(namespaces)] };
}

function namedService(
  { metadata: { namespace, name }, spec }: Service,
  slices: readonly EndpointSlice[],
): NamedService {
  const isHeadless = spec.clusterIP === 'None';
  const texts = new Set([spec.clusterIP, ...(spec.clusterIPs ?? [])]);
  const ports = (spec.ports ?? []).map(({ name: port, protocol, port: number }) =>
    namedPort(port, protocol, number),
  );
  return {
    namespace,
    name,
    addresses: [...texts].flatMap((text) => parseIp(text ?? '') ?? []),
    ports,
    ...(spec.type === 'ExternalName' && spec.externalName !== undefined
      ? { externalName: spec.externalName }
      : {}),
    ...(isHeadless ? { endpoints: slices.flatMap(endpointsOf) } : {}),
  };
}

function endpointsOf({ endpoints, ports = [] }: EndpointSlice): NamedEndpoint[] {
  return endpoints
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses, hostname }) =>
      addresses
        .map(parseIp)
        .filter((address): address is Ip => address !== undefined)
        .map((address) => ({
          address,
          ...(hostname === undefined ? {} : { hostname }),
          ports: ports.flatMap(({ name, protocol, port }) =>
            port === undefined ? [] : namedPort(name, protocol, port),
          ),
        })),
    );
}

function namedPort(name: string | undefined, protocol: string = 'TCP', port: number): NamedPort {
  return { ...(name === undefined || name === '' ? {} : { name }), protocol: protocol.toLowerCase(), port };
}
