type Part = Readonly<Record<string, unknown>>;

/** Parts of objects by what they say. */
export type Shared = Map<string, unknown>;

/** Members of which nothing is judged, by the part that holds them. */
const LEFT_OUT = {
  metadata: new Set(['managedFields', 'generateName', 'resourceVersion']),
  status: new Set(['hostIPs']),
  container: new Set([
    'volumeMounts',
    'resources',
    'imagePullPolicy',
    'terminationMessagePath',
    'terminationMessagePolicy',
  ]),
  containerStatus: new Set(['imageID', 'containerID', 'volumeMounts', 'resources', 'allocatedResources']),
  condition: new Set(['lastProbeTime', 'observedGeneration']),
} as const;

/**
 * A pod of a list without what nothing is judged by: mounts, resources, environment but for the names of proxies, digests of images. With `shared`, parts that other pods have alike
 * are theirs: most pods of a cluster are copies. *Limits:* what is left out is not in captures either.
 */
export function slimPod(pod: Part, shared?: Shared): Part {
  const each = (value: unknown, out: keyof typeof LEFT_OUT): unknown =>
    same(partsOf(value).map((part) => withoutVariables(without(part, LEFT_OUT[out]))));
  const same = (value: unknown): unknown => (shared === undefined ? value : share(value, shared));
  const metadata = without(partOf(pod['metadata']), LEFT_OUT.metadata);
  const status = without(partOf(pod['status']), LEFT_OUT.status);
  return {
    ...pod,
    metadata: changed(metadata, { labels: same, annotations: same, ownerReferences: same }),
    spec: changed(partOf(pod['spec']), {
      containers: (list) => each(list, 'container'),
      initContainers: (list) => each(list, 'container'),
      tolerations: same,
      nodeSelector: same,
      affinity: same,
      // A Corefile is a ConfigMap.
      volumes: (list) => same(partsOf(list).filter(({ configMap }) => configMap !== undefined)),
    }),
    status: changed(status, {
      conditions: (list) => each(list, 'condition'),
      containerStatuses: (list) => each(list, 'containerStatus'),
      initContainerStatuses: (list) => each(list, 'containerStatus'),
    }),
  };
}

/** What sends requests elsewhere: judged by its name alone. */
const PROXY = /^(https?|all|no)_proxy$/i;

/** A container of whose environment only the names of proxies are left, and where more variables come from only beside these. */
function withoutVariables({ env, envFrom, ...rest }: Part): Part {
  const names = partsOf(env).filter(({ name }) => typeof name === 'string' && PROXY.test(name));
  if (names.length === 0) return rest;
  return {
    ...rest,
    env: names.map(({ name }) => ({ name })),
    ...(partsOf(envFrom).length === 0 ? {} : { envFrom: [{}] }),
  };
}

function without(part: Part, out: ReadonlySet<string>): Part {
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(part)) if (!out.has(name)) kept[name] = part[name];
  return kept;
}

/** `part` with the members that are there, and are named in `changes`, changed. */
function changed(part: Part, changes: Readonly<Record<string, (value: unknown) => unknown>>): Part {
  const made: Record<string, unknown> = { ...part };
  for (const [name, change] of Object.entries(changes))
    if (made[name] !== undefined && made[name] !== null) made[name] = change(made[name]);
  return made;
}

function share(value: unknown, shared: Shared): unknown {
  const key = JSON.stringify(value);
  const known = shared.get(key);
  if (known === undefined) shared.set(key, value);
  return known ?? value;
}

function partOf(value: unknown): Part {
  return typeof value === 'object' && value !== null ? (value as Part) : {};
}

function partsOf(value: unknown): readonly Part[] {
  return Array.isArray(value) ? (value as unknown[]).map(partOf) : [];
}
