import { byKey } from '../model/by-key.ts';
import type { KubernetesObject } from './kubernetes/objects.ts';
import { namespacesWithoutPods } from './namespaces-without-pods.ts';
import type { ReadObjects } from './objects/read-objects.ts';
import type { Coverage, ResourceKind } from './world.ts';

/** The resource that a kind of object is of; undefined for kinds that nobody asks for. */
export const RESOURCE_OF_KIND: Readonly<Record<string, ResourceKind>> = {
  Service: 'services',
  EndpointSlice: 'endpointslices',
  Endpoints: 'endpoints',
  Pod: 'pods',
  Node: 'nodes',
  Namespace: 'namespaces',
  NetworkPolicy: 'networkpolicies',
  Deployment: 'workloads',
  ReplicaSet: 'workloads',
  DaemonSet: 'workloads',
  StatefulSet: 'workloads',
  Job: 'workloads',
  ConfigMap: 'configmaps',
  Event: 'events',
  ServiceCIDR: 'servicecidrs',
  Ingress: 'ingresses',
  HTTPRoute: 'httproutes',
};

const OF_THE_CLUSTER: ReadonlySet<ResourceKind> = new Set(['nodes', 'namespaces', 'servicecidrs']);

/** What was read of each kind: one of which a list was read is complete, single objects prove only themselves. */
export function coverageOf(read: readonly ReadObjects[]): Map<ResourceKind, Coverage> {
  const coverage = new Map<ResourceKind, Coverage>();
  const set = (kind: string, isComplete: boolean, namespaces: readonly string[] = []): void => {
    const resource = RESOURCE_OF_KIND[kind];
    if (resource === undefined) return;
    const before = coverage.get(resource);
    const all = [...new Set([...(before?.namespaces ?? []), ...namespaces])];
    coverage.set(resource, {
      isComplete: isComplete || before?.isComplete === true,
      ...(all.length === 0 ? {} : { namespaces: all }),
    });
  };
  for (const { objects, listedKinds, namespaces } of read) {
    for (const kind of new Set(objects.map(({ object }) => object.kind))) set(kind, false);
    for (const kind of listedKinds) set(kind, namespaces === undefined, namespaces);
  }
  return narrowed(
    coverage,
    read.flatMap(({ objects }) => objects.map(({ object }) => object)),
  );
}

/** Kinds of which every cluster has an object for the Service `kubernetes` in `default`: the API server keeps it. */
const OF_THE_API: readonly ResourceKind[] = ['services', 'endpointslices', 'endpoints'];

/**
 * What `kubectl get … -n NAMESPACE` lists is whole for that namespace alone, and nothing in it says so. That it does not hold what every cluster
 * has shows it; of pods, what other objects say of them.
 */
function narrowed(
  coverage: Map<ResourceKind, Coverage>,
  objects: readonly KubernetesObject[],
): Map<ResourceKind, Coverage> {
  const of = byKey(objects, ({ kind }) => RESOURCE_OF_KIND[kind]);
  const isListed = (resource: ResourceKind): boolean =>
    coverage.get(resource)?.isComplete === true && (of.get(resource) ?? []).length > 0;
  const cut = new Set(OF_THE_API.filter((each) => isListed(each) && !of.get(each)?.some(isOfApi)));
  const namespaces = namespacesOf(objects);
  const seen = cut.has('services') ? namespacesOf(of.get('services') ?? []) : namespaces;
  const without = isListed('pods') ? namespacesWithoutPods(objects) : [];
  return new Map(
    [...coverage].map(([resource, before]) => {
      const own = namespacesOf(of.get(resource) ?? []);
      const isNarrow = cut.has(resource) || (cut.has('services') && !OF_THE_CLUSTER.has(resource));
      if (before.isComplete && isNarrow) {
        const beside = cut.has('services') ? seen : [];
        return [resource, ofNamespaces(before, [...own, ...beside])];
      }
      if (resource !== 'pods' || without.length === 0 || !before.isComplete) return [resource, before];
      return [
        resource,
        ofNamespaces(
          before,
          seen.filter((namespace) => !without.includes(namespace)),
        ),
      ];
    }),
  );
}

function ofNamespaces(before: Coverage, namespaces: readonly string[]): Coverage {
  return {
    ...before,
    isComplete: false,
    namespaces: [...new Set([...(before.namespaces ?? []), ...namespaces])],
  };
}

function isOfApi({ metadata }: KubernetesObject): boolean {
  return metadata.namespace === 'default' && metadata.name === 'kubernetes';
}

function namespacesOf(objects: readonly KubernetesObject[]): string[] {
  return [...new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []))];
}
