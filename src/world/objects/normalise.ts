import type { EndpointSlice, KubernetesObject, Node, Pod, Service, Workload } from '../kubernetes/objects.ts';

/** Fills the parts that every reader relies on with what an empty object would have; nothing is invented. */
export function normaliseObject(object: KubernetesObject): KubernetesObject {
  switch (object.kind) {
    case 'Service':
      return withParts<Service>(object, { spec: {} });
    case 'EndpointSlice':
      return normaliseSlice(object as EndpointSlice);
    case 'Pod': {
      const pod = withParts<Pod>(object, { spec: {} as Pod['spec'], status: {} });
      const { containers } = pod.spec as Partial<Pod['spec']>;
      return containers ? pod : ({ ...pod, spec: { ...pod.spec, containers: [] } } as Pod);
    }
    case 'Node':
      return withParts<Node>(object, { spec: {}, status: {} });
    case 'Deployment':
    case 'ReplicaSet':
    case 'DaemonSet':
    case 'StatefulSet':
    case 'Job':
    case 'NetworkPolicy':
    case 'ServiceCIDR':
    case 'Ingress':
    case 'HTTPRoute':
      return withParts<Workload>(object, { spec: {} });
    default:
      return object;
  }
}

/** `object` with the parts that it lacks taken from `parts`. */
function withParts<T extends KubernetesObject>(object: KubernetesObject, parts: Partial<T>): T {
  const isWhole = Object.keys(parts).every((part) => part in object);
  return (isWhole ? object : { ...parts, ...object }) as T;
}

function normaliseSlice(slice: EndpointSlice): EndpointSlice {
  const { ports, ...rest } = slice;
  // The API writes null for a list without members.
  const listed = (ports as EndpointSlice['ports'] | null) ?? [];
  return {
    ...rest,
    addressType: slice.addressType ?? 'IPv4',
    endpoints: slice.endpoints ?? [],
    ports: listed,
  };
}
