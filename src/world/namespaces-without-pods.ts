import { byKey } from '../model/by-key.ts';
import { matchesLabelSelector } from '../model/label-selector.ts';
import type { EndpointSlice, KubernetesObject, Pod, SliceEndpoint, Workload } from './kubernetes/objects.ts';

/**
 * The namespaces of which pods were left out, as other objects show: no pod was read although ready endpoints are pods, or the pods read are those of one label or
 * node (`kubectl get pods -l app=web`), and a workload whose pods are ready has none among them.
 */
export function namespacesWithoutPods(objects: readonly KubernetesObject[]): string[] {
  const pods = byKey(
    objects.filter(({ kind }) => kind === 'Pod'),
    ({ metadata }) => metadata.namespace,
  );
  const ofOneList = new Set([...pods].flatMap(([namespace, own]) => (areAlike(own) ? [namespace] : [])));
  const left = objects.flatMap((object) => {
    const { kind, metadata } = object;
    const { namespace } = metadata;
    const own = pods.get(namespace) ?? [];
    const isLeftOut =
      kind === 'EndpointSlice'
        ? own.length === 0 && hasReadyPod(object)
        : WORKLOADS.has(kind) && ofOneList.has(namespace) && !hasItsPods(object, own);
    return isLeftOut ? [namespace] : [];
  });
  return [...new Set(left)];
}

/** An object of the kind, which may have been read without what its kind has. */
type AsRead<T extends Pod | Workload> = KubernetesObject & Partial<Pick<T, 'spec' | 'status'>>;

const WORKLOADS = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet']);

function hasReadyPod({ endpoints }: KubernetesObject & Partial<EndpointSlice>): boolean {
  const isPod = ({ targetRef, conditions }: SliceEndpoint): boolean =>
    targetRef?.kind === 'Pod' && conditions?.ready !== false;
  return endpoints?.some(isPod) === true;
}

/** Whether all pods have one label in common, or run on one node: a list that was asked for by it holds no others. */
function areAlike([first, ...others]: readonly AsRead<Pod>[]): boolean {
  if (first === undefined) return false;
  const isShared = ([key, value]: [string, string]): boolean =>
    others.every(({ metadata }) => metadata.labels?.[key] === value);
  return (
    Object.entries(first.metadata.labels ?? {}).some(isShared) ||
    others.every(({ spec }) => spec?.nodeName === first.spec?.nodeName)
  );
}

/** Whether the workload has no ready pod by its own word, or one of `pods` is its. */
function hasItsPods({ spec, status }: AsRead<Workload>, pods: readonly AsRead<Pod>[]): boolean {
  const ready = status?.readyReplicas ?? status?.numberReady ?? 0;
  const selector = spec?.selector;
  if (ready === 0 || selector === undefined) return true;
  return pods.some(({ metadata }) => matchesLabelSelector(selector, metadata.labels));
}
