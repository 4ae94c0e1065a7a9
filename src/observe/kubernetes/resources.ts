/** The API resources that are read, by their plural name: the group and version they are asked of, and whether namespaces hold them. */
export const RESOURCES = {
  services: { group: '/api/v1', isNamespaced: true },
  endpoints: { group: '/api/v1', isNamespaced: true },
  pods: { group: '/api/v1', isNamespaced: true },
  configmaps: { group: '/api/v1', isNamespaced: true },
  events: { group: '/api/v1', isNamespaced: true },
  nodes: { group: '/api/v1', isNamespaced: false },
  namespaces: { group: '/api/v1', isNamespaced: false },
  endpointslices: { group: '/apis/discovery.k8s.io/v1', isNamespaced: true },
  networkpolicies: { group: '/apis/networking.k8s.io/v1', isNamespaced: true },
  ingresses: { group: '/apis/networking.k8s.io/v1', isNamespaced: true },
  httproutes: { group: '/apis/gateway.networking.k8s.io/v1', isNamespaced: true },
  servicecidrs: { group: '/apis/networking.k8s.io/v1', isNamespaced: false },
  deployments: { group: '/apis/apps/v1', isNamespaced: true },
  replicasets: { group: '/apis/apps/v1', isNamespaced: true },
  statefulsets: { group: '/apis/apps/v1', isNamespaced: true },
  daemonsets: { group: '/apis/apps/v1', isNamespaced: true },
} as const;

/** A resource by its plural name. */
export type ResourceName = keyof typeof RESOURCES;

/** One thing to read: a whole list, or a single object by its name. */
export interface Reading {
  readonly resource: ResourceName;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** Only this object. */
  readonly name?: string;
  /** Not every cluster has it: its absence is no gap. */
  readonly isOptional?: true;
  /** Nothing that is asked depends on it: where it may not be read, nothing is missed. */
  readonly isExtra?: true;
}

/** The path of `reading`, as the API server knows it. */
export function pathOf({ resource, namespace, name }: Reading): string {
  const { group, isNamespaced } = RESOURCES[resource];
  const place = isNamespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${group}${place}/${resource}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`;
}
