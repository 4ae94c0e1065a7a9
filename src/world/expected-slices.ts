import { type IpFamily, familyOf, parseIp } from '../model/address.ts';
import type { EndpointSlice, Pod, Service, ServicePort } from './kubernetes/objects.ts';
import { addressesOfPod, isReady, selectedPods } from './select-pods.ts';
import type { World } from './world.ts';

/**
 * The slices that the EndpointSlice controller would write for a Service with a selector: one for each family and each set of
 * port numbers. *Source:* kubernetes v1.37 pkg/controller/endpointslice, staging endpointslice/reconciler.go.
 */
export function expectedSlices(world: World, service: Service): EndpointSlice[] {
  const slices = new Map<string, EndpointSlice>();
  for (const pod of selectedPods(world, service)) {
    for (const address of addressesOfPod(pod)) addEndpoint(slices, service, pod, address);
  }
  return [...slices.values()];
}

function addEndpoint(slices: Map<string, EndpointSlice>, service: Service, pod: Pod, address: string): void {
  const ip = parseIp(address);
  if (ip === undefined || !familiesOf(service).includes(familyOf(ip))) return;
  const ports = (service.spec.ports ?? []).flatMap((port) => {
    const number = targetPortOf(port, pod);
    return number === undefined
      ? []
      : [{ name: port.name ?? '', protocol: port.protocol ?? 'TCP', port: number }];
  });
  const isTerminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (isReady(pod) && !isTerminating);
  const key = `${familyOf(ip)} ${JSON.stringify(ports)}`;
  const before = slices.get(key) ?? emptySlice(service, familyOf(ip), ports, slices.size);
  const { nodeName } = pod.spec;
  slices.set(key, {
    ...before,
    endpoints: [
      ...before.endpoints,
      {
        addresses: [address],
        conditions: {
          ready,
          serving: service.spec.publishNotReadyAddresses === true || isReady(pod),
          terminating: isTerminating,
        },
        targetRef: { kind: 'Pod', name: pod.metadata.name, namespace: pod.metadata.namespace },
        ...(nodeName === undefined ? {} : { nodeName }),
      },
    ],
  });
}

function emptySlice(
  { metadata }: Service,
  addressType: IpFamily,
  ports: EndpointSlice['ports'],
  index: number,
): EndpointSlice {
  return {
    kind: 'EndpointSlice',
    metadata: {
      name: `${metadata.name}-expected-${index}`,
      namespace: metadata.namespace,
      labels: {
        'kubernetes.io/service-name': metadata.name,
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
    },
    addressType,
    endpoints: [],
    ...(ports ? { ports } : {}),
  };
}

/** The families of the Service; IPv4 where it does not say. */
export function familiesOf({ spec }: Service): IpFamily[] {
  const told = (spec.ipFamilies ?? []).filter(
    (family): family is IpFamily => family === 'IPv4' || family === 'IPv6',
  );
  if (told.length > 0) return told;
  const address = parseIp(spec.clusterIP ?? '');
  return address === undefined ? ['IPv4'] : [familyOf(address)];
}

/** The number that `port` leads to at `pod`: a named targetPort is looked up there. Undefined where the pod declares no such name. */
export function targetPortOf(
  { port, targetPort, protocol = 'TCP' }: ServicePort,
  pod: Pod,
): number | undefined {
  if (targetPort === undefined || targetPort === 0 || targetPort === '') return port;
  if (typeof targetPort === 'number') return targetPort;
  const containers = [
    ...pod.spec.containers,
    ...(pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
  ];
  for (const { ports = [] } of containers) {
    const own = ports.find(
      ({ name, protocol: spoken = 'TCP' }) => name === targetPort && spoken === protocol,
    );
    if (own) return own.containerPort;
  }
  return undefined;
}

/** `world` with the slices of `service` as the controller would write them. */
export function withExpectedSlices(world: World, service: Service): World {
  const { namespace, name } = service.metadata;
  const others = world.endpointSlices.filter(
    ({ metadata }) =>
      metadata.namespace !== namespace || metadata.labels?.['kubernetes.io/service-name'] !== name,
  );
  return { ...world, endpointSlices: [...others, ...expectedSlices(world, service)] };
}

/** `world` with `service` changed, and its slices following. */
export function withService(world: World, service: Service): World {
  const { namespace, name } = service.metadata;
  const services = world.services.map((each) =>
    each.metadata.namespace === namespace && each.metadata.name === name ? service : each,
  );
  const changed = { ...world, services };
  const hasSelector = Object.keys(service.spec.selector ?? {}).length > 0;
  return hasSelector ? withExpectedSlices(changed, service) : changed;
}
