import { type Source, textOf } from '../snapshot/snapshot.ts';
import { objectsIn } from './objects-in.ts';

/** What of an object is read for its names. */
interface NamedObject {
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, unknown>>;
  };
  readonly items?: readonly NamedObject[] | null;
}

/** Namespaces whose objects belong to the cluster and not to whoever uses it. */
const SYSTEM = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** Members whose strings are names of the user's making. */
const LABEL_MEMBERS = new Set(['labels', 'matchLabels', 'selector', 'nodeSelector']);

/**
 * The names in the API objects of `sources` that tell whose cluster it is: of objects and namespaces, of label values, of nodes, of images
 * and of domains. *Limits:* objects in YAML give none: read them as JSON.
 */
export function collectNames(sources: readonly Source[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const source of sources) {
    if (source.node !== undefined) names.add(source.node);
    if (source.kind === 'resolv-conf' || source.kind === 'corefile') addDomains(names, textOf(source));
    if (source.kind === 'kubernetes') addObjects(names, parsed(source));
  }
  for (const source of sources) if (source.kind === 'kubernetes') addStaticPods(names, parsed(source));
  return names;
}

function parsed(source: Source): NamedObject {
  return objectsIn(source) ?? {};
}

function addObjects(names: Set<string>, root: NamedObject): void {
  for (const object of root.items ?? [root]) {
    const { name, namespace = '' } = object.metadata ?? {};
    if (namespace !== '' && !SYSTEM.has(namespace)) names.add(namespace);
    if (name !== undefined && !SYSTEM.has(namespace) && !SYSTEM.has(name)) names.add(name);
    addValues(names, object, '');
  }
}

/** Pods that kubelet runs by itself are called after their node: `kube-apiserver-NODE`. */
function addStaticPods(names: Set<string>, root: NamedObject): void {
  for (const { kind, metadata } of root.items ?? [root]) {
    const { name = '', namespace = '' } = metadata ?? {};
    const isPod = kind === 'Pod' || root.kind === 'PodList';
    if (!isPod || !SYSTEM.has(namespace)) continue;
    const dashes = [...name.matchAll(/-/g)].map(({ index }) => index);
    if (dashes.some((index) => names.has(name.slice(index + 1)))) names.add(name);
  }
}

/** Label values, images and node names, wherever they stand. */
function addValues(names: Set<string>, value: unknown, member: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    if (typeof child === 'string') {
      if (LABEL_MEMBERS.has(member)) names.add(child);
      else if (key === 'nodeName' || key === 'hostname' || key === 'subdomain') names.add(child);
      else if (key === 'externalName') names.add(child.replace(/\.$/, ''));
      else if (key === 'image' || key === 'imageID') addImage(names, child);
    } else addValues(names, child, key);
  }
}

/** The repository of an image that is not the cluster's own. */
function addImage(names: Set<string>, image: string): void {
  const repository = image
    .replace(/^[a-z-]+:\/\//, '')
    .replace(/@.*$/, '')
    .replace(/:[^/]*$/, '');
  if (
    repository === '' ||
    /kube-|coredns|etcd|calico|cilium|flannel|antrea|ovn|kindnet|weave|pause/.test(repository)
  )
    return;
  for (const part of repository.split('/')) names.add(part);
}

/** Domains that pods search or servers serve, but the cluster's. */
function addDomains(names: Set<string>, text: string): void {
  for (const word of text.split(/[\s{}]+/)) {
    if (!/^(?=.*[a-z])[a-z0-9-]+(\.[a-z0-9-]+)+\.?$/i.test(word)) continue;
    const domain = word.replace(/\.$/, '');
    if (/(^|\.)(cluster\.local|arpa)$/.test(domain)) continue;
    for (const label of domain.split('.')) names.add(label);
  }
}
