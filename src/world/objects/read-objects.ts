import { LineCounter, type Node as YamlNode, isMap, isSeq, parseAllDocuments } from 'yaml';
import type { ParseIssue } from '../../model/evidence.ts';
import { isMadeOfJson, jsonOf } from '../../snapshot/json-of.ts';
import { type Source, textOf } from '../../snapshot/snapshot.ts';
import type { KubernetesObject } from '../kubernetes/objects.ts';

/** An API object with the place where it was read. */
export interface ReadObject {
  readonly object: KubernetesObject;
  readonly place: ObjectPlace;
}

/** Where an object stands: the source, and how to name a path inside it. */
export interface ObjectPlace {
  readonly source: string;
  /** The location of `path` (`spec.selector`) inside the object: a JSON path or a line. */
  locate(path: string | undefined): string;
}

/** What a source of API objects held. `listedKinds` are the kinds whose whole list it is, even where empty. */
export interface ReadObjects {
  readonly objects: readonly ReadObject[];
  readonly listedKinds: readonly string[];
  /** The namespaces that `listedKinds` are complete for; absent: all. */
  readonly namespaces?: readonly string[];
  readonly issues: readonly ParseIssue[];
}

/** Kinds that are never kept: what they hold is secret. */
const SECRET_KINDS = new Set(['Secret', 'SecretList']);

/**
 * The API groups whose kind of that name is Kubernetes' own. Others have a Service (Knative), a Node (Longhorn), a NetworkPolicy (Calico), an Ingress (OpenShift) that is something else, and
 * `kubectl get all` lists some of them beside each other.
 */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  Service: [''],
  Pod: [''],
  Node: [''],
  Endpoints: [''],
  Namespace: [''],
  ConfigMap: [''],
  Event: ['', 'events.k8s.io'],
  EndpointSlice: ['discovery.k8s.io'],
  Deployment: ['apps', 'extensions'],
  ReplicaSet: ['apps', 'extensions'],
  DaemonSet: ['apps', 'extensions'],
  StatefulSet: ['apps'],
  Job: ['batch'],
  NetworkPolicy: ['networking.k8s.io', 'extensions'],
  Ingress: ['networking.k8s.io', 'extensions'],
  ServiceCIDR: ['networking.k8s.io'],
  HTTPRoute: ['gateway.networking.k8s.io'],
};

/** `kind`, with its group where that is not the one whose kind is meant by the name alone (`Service.serving.knative.dev`). */
function kindIn(kind: string, apiVersion: unknown): string {
  const own = GROUPS[kind];
  if (own === undefined || typeof apiVersion !== 'string' || apiVersion === '') return kind;
  const group = apiVersion.includes('/') ? (apiVersion.split('/', 1)[0] ?? '') : '';
  return own.includes(group) ? kind : `${kind}.${group}`;
}

/** Reads the objects of one source: JSON or YAML, single, List, or many documents. */
export function readObjects(source: Source): ReadObjects {
  const read = isJson(source) ? readJson(source) : readYaml(source, textOf(source).replace(/^\uFEFF/, ''));
  return source.namespaces === undefined ? read : { ...read, namespaces: source.namespaces };
}

/** Whether the first byte that is no white space opens an object or a list. */
function isJson(source: Source): boolean {
  if (isMadeOfJson(source)) return true;
  const { bytes } = source;
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  let at = hasMark ? 3 : 0;
  while (/[ \t\r\n]/.test(String.fromCharCode(bytes[at] ?? 0))) at++;
  return bytes[at] === 123 || bytes[at] === 91;
}

function readJson(source: Source): ReadObjects {
  let value: unknown;
  try {
    value = jsonOf(source);
  } catch (error) {
    return {
      objects: [],
      listedKinds: [],
      issues: [cut(source, `is no valid JSON: ${error instanceof Error ? error.message : ''}`)],
    };
  }
  return collect(
    source,
    value,
    (index) => (path) =>
      [index === undefined ? '' : `items[${index}]`, path ?? ''].filter(Boolean).join('.') || '$',
  );
}

function readYaml(source: Source, text: string): ReadObjects {
  const lines = new LineCounter();
  const objects: ReadObject[] = [];
  const listedKinds: string[] = [];
  const issues: ParseIssue[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent' })) {
    if (!('contents' in document) || document.contents === null) continue;
    const [error] = document.errors;
    if (error) {
      issues.push(cut(source, `is no valid YAML: ${error.message.split('\n', 1)[0] ?? ''}`));
      continue;
    }
    const root = document.contents as YamlNode;
    const lineOf = (node: YamlNode | undefined): string =>
      `line ${lines.linePos(node?.range?.[0] ?? 0).line}`;
    const read = collect(
      source,
      withoutNulls(document.toJS()),
      (index) => (path) => lineOf(nodeAt(root, index, path)),
    );
    objects.push(...read.objects);
    issues.push(...read.issues);
    // kubectl writes the kind of a list after its items: a list without one was cut, and more may have followed.
    if (isMap(root) && root.has('items') && !root.has('kind'))
      issues.push(cut(source, 'is a list that does not end: what follows was cut'));
    else listedKinds.push(...read.listedKinds);
  }
  return { objects, listedKinds, issues };
}

/** A member without a value, as where a file ends in the middle, is a member that is not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((each) => each !== null).map(withoutNulls);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === null ? [] : [[key, withoutNulls(member)]])),
  );
}

/** The node at `path` of the object (of the list's `index`-th item), or the nearest above it. */
function nodeAt(root: YamlNode, index: number | undefined, path: string | undefined): YamlNode | undefined {
  const steps = [
    ...(index === undefined ? [] : ['items', String(index)]),
    ...(path?.split(/[.[\]]+/).filter(Boolean) ?? []),
  ];
  let node: YamlNode | undefined = root;
  for (const step of steps) {
    const next: unknown = isMap(node)
      ? node.get(step, true)
      : isSeq(node)
        ? node.get(Number(step), true)
        : undefined;
    if (next === undefined || next === null) break;
    node = next as YamlNode;
  }
  return node;
}

type Locator = (index: number | undefined) => (path: string | undefined) => string;

function collect(source: Source, value: unknown, locator: Locator): ReadObjects {
  if (!isRecord(value)) return { objects: [], listedKinds: [], issues: [cut(source, 'holds no API object')] };
  const kind = typeof value['kind'] === 'string' ? value['kind'] : '';
  const items = value['items'];
  if (!Array.isArray(items)) {
    const object = objectOf(value, undefined, undefined);
    return object && !SECRET_KINDS.has(object.kind)
      ? {
          objects: [{ object, place: { source: source.path, locate: locator(undefined) } }],
          listedKinds: [],
          issues: [],
        }
      : { objects: [], listedKinds: [], issues: object ? [] : [cut(source, 'holds no API object')] };
  }
  const version = value['apiVersion'];
  const itemKind = kind.endsWith('List') && kind !== 'List' ? kind.slice(0, -4) : undefined;
  const issues: ParseIssue[] = [];
  const objects = items.flatMap((item: unknown, index): ReadObject[] => {
    const object = isRecord(item) ? objectOf(item, itemKind, version) : undefined;
    if (object === undefined && !SECRET_KINDS.has(kind))
      issues.push(cut(source, `items[${index}] is no API object`));
    return object && !SECRET_KINDS.has(object.kind)
      ? [{ object, place: { source: source.path, locate: locator(index) } }]
      : [];
  });
  const kinds = new Set([
    ...objects.map(({ object }) => object.kind),
    ...(itemKind ? [kindIn(itemKind, version)] : []),
    ...(items.length === 0 ? kindOfName(source.path) : []),
  ]);
  return { objects, listedKinds: [...kinds], issues };
}

/** `kubectl get pods -o json` of nothing is an empty List: only the file's name says of what. */
function kindOfName(path: string): string[] {
  const name = /([a-z]+)\.(json|ya?ml)$/.exec(path.toLowerCase())?.[1] ?? '';
  const kinds: Record<string, string> = {
    services: 'Service',
    endpointslices: 'EndpointSlice',
    endpoints: 'Endpoints',
    pods: 'Pod',
    nodes: 'Node',
    namespaces: 'Namespace',
    networkpolicies: 'NetworkPolicy',
    deployments: 'Deployment',
    replicasets: 'ReplicaSet',
    daemonsets: 'DaemonSet',
    statefulsets: 'StatefulSet',
    configmaps: 'ConfigMap',
    events: 'Event',
    servicecidrs: 'ServiceCIDR',
    ingresses: 'Ingress',
    httproutes: 'HTTPRoute',
  };
  const kind = kinds[name];
  return kind === undefined ? [] : [kind];
}

/** A record as an API object: list items may lack `kind`, and cluster-scoped ones have no namespace. */
function objectOf(
  value: Record<string, unknown>,
  itemKind: string | undefined,
  listVersion: unknown,
): KubernetesObject | undefined {
  const written = value['kind'];
  const told = typeof written === 'string' ? written : itemKind;
  const metadata = value['metadata'];
  const kind = told && kindIn(told, value['apiVersion'] ?? (written === undefined ? listVersion : undefined));
  if (kind === undefined || !isRecord(metadata) || typeof metadata['name'] !== 'string') return undefined;
  if (['spec', 'status'].some((part) => !isRecord(value[part] ?? {}))) return undefined;
  const namespace = typeof metadata['namespace'] === 'string' ? metadata['namespace'] : '';
  const object: Record<string, unknown> = { ...value, kind, metadata: { ...metadata, namespace } };
  for (const part of ['spec', 'status']) if (part in value && !isRecord(value[part])) delete object[part];
  return object as unknown as KubernetesObject;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function cut(source: Source, problem: string): ParseIssue {
  return { source: source.path, text: '', problem };
}
