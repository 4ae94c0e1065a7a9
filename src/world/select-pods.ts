import type { KubernetesObject, Pod, Service, Workload } from './kubernetes/objects.ts';
import type { World } from './world.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether `labels` have every label of `selector`. An empty selector matches nothing, as a Service's does. */
export function matchesAll(selector: Labels, labels: Labels = {}): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** The pods that `service` selects and that have not ended. */
export function selectedPods(world: World, { metadata, spec }: Service): Pod[] {
  const { selector = {} } = spec;
  return world.pods.filter(
    (pod) =>
      pod.metadata.namespace === metadata.namespace &&
      matchesAll(selector, pod.metadata.labels) &&
      !hasEnded(pod),
  );
}

/** Whether all containers of `pod` have ended for good. */
export function hasEnded({ status }: Pod): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed';
}

/** Whether the pod's Ready condition is true. */
export function isReady({ status }: Pod): boolean {
  return status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}

/** The addresses of `pod`, each once. */
export function addressesOfPod({ status }: Pod): string[] {
  return [...new Set([status.podIP ?? '', ...(status.podIPs ?? []).map(({ ip }) => ip)])].filter(Boolean);
}

/** What owns `pod`, up to the Deployment behind a ReplicaSet; the pod itself where nothing does. */
export function ownerOf(world: World, pod: Pod): KubernetesObject {
  let owned: KubernetesObject = pod;
  for (let level = 0; level < 3; level++) {
    const reference = owned.metadata.ownerReferences?.find(({ controller = true }) => controller);
    const owner =
      reference &&
      world.workloads.find(
        ({ kind, metadata }) =>
          kind === reference.kind &&
          metadata.name === reference.name &&
          metadata.namespace === pod.metadata.namespace,
      );
    if (!owner) return owned;
    owned = owner;
  }
  return owned;
}

/** Workloads whose pods `service` would select. */
export function selectedWorkloads(world: World, { metadata, spec }: Service): Workload[] {
  const { selector = {} } = spec;
  return world.workloads.filter(
    (workload) =>
      workload.kind !== 'ReplicaSet' &&
      workload.metadata.namespace === metadata.namespace &&
      matchesAll(selector, workload.spec.template?.metadata?.labels),
  );
}
