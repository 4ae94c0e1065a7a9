import type { KubernetesObject, Pod, Service, Workload } from './kubernetes/objects.ts';
import type { World } from './world.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether `labels` have every label of `selector`. An empty selector matches nothing, as a Service's does. */
export function matchesAll(selector: Labels, labels: Labels = {}): boolean {
  const keys = Object.keys(selector);
  return keys.length > 0 && keys.every((key) => labels[key] === selector[key]);
}

/** The pods that `service` selects and that have not ended. */
export function selectedPods(world: World, service: Service): readonly Pod[] {
  const { byNamespace, selected } = indexOf(world);
  const known = selected.get(service);
  if (known !== undefined) return known;
  const { selector = {} } = service.spec;
  const pods = (byNamespace.get(service.metadata.namespace) ?? []).filter(
    (pod) => matchesAll(selector, pod.metadata.labels) && !hasEnded(pod),
  );
  selected.set(service, pods);
  return pods;
}

/** The pods that have `address` and have not ended, in any namespace; `address` as the API writes it. */
export function podsAt(world: World, address: string): readonly Pod[] {
  return indexOf(world).byAddress.get(address) ?? [];
}

interface PodIndex {
  readonly byNamespace: ReadonlyMap<string, readonly Pod[]>;
  readonly byAddress: ReadonlyMap<string, readonly Pod[]>;
  /** Those that a Service selects: a dozen checks ask for them. */
  readonly selected: WeakMap<Service, readonly Pod[]>;
}

// An audit asks for the pods of thousands of Services; going through all pods each time is quadratic.
const indexes = new WeakMap<readonly Pod[], PodIndex>();

function indexOf({ pods }: World): PodIndex {
  const known = indexes.get(pods);
  if (known !== undefined) return known;
  const byNamespace = new Map<string, Pod[]>();
  const byAddress = new Map<string, Pod[]>();
  const add = (map: Map<string, Pod[]>, key: string, pod: Pod): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [pod]);
    else list.push(pod);
  };
  for (const pod of pods) {
    add(byNamespace, pod.metadata.namespace, pod);
    if (!hasEnded(pod)) for (const address of addressesOfPod(pod)) add(byAddress, address, pod);
  }
  const index: PodIndex = { byNamespace, byAddress, selected: new WeakMap() };
  indexes.set(pods, index);
  return index;
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
