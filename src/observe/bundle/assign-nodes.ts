import { parseAllDocuments } from 'yaml';
import { UserError } from '../../model/user-error.ts';
import { jsonOf } from '../../snapshot/json-of.ts';
import { type Source, type SourceKind, textOf } from '../../snapshot/snapshot.ts';

const NODE_KINDS = new Set<SourceKind>([
  'iptables-save',
  'iptables-list-rules',
  'iptables-list',
  'nft-text',
  'nft-json',
  'ipvsadm-list',
  'ipvsadm-save',
  'proc-ip-vs',
  'ipset-save',
  'ipset-list',
  'ip-addr',
  'ip-route',
  'ip-rule',
  'ip-link',
  'ip-neigh',
  'bridge-link',
  'bridge-fdb',
  'hairpin-mode',
  'sysctl',
  'conntrack',
  'conntrack-counters',
  'neighbour-counters',
  'sockets',
  'kube-proxy-log',
  'kube-proxy-metrics',
  'kube-proxy-configz',
  'kube-proxy-mode',
  'kube-proxy-healthz',
  'node-time',
]);

/** The name given to the node of dumps that nothing names. */
const UNNAMED = 'node';

/** Whether sources of `kind` are read on a node. */
export function isNodeKind(kind: SourceKind): boolean {
  return NODE_KINDS.has(kind);
}

/**
 * Gives node sources that name no node the node that it must be: that of the pod whose log it is, the one whose name stands in the path,
 * or in the name of the folder or archive that was given (`placeOf`), the only Node object's, else one without a name. A folder's name that is a node's with or without its domain, or its address, is that node's.
 * Throws UserError where dumps come from several folders, for then nobody can say which belongs to which node.
 */
export function assignNodes(
  read: readonly Source[],
  placeOf: (source: Source) => string | undefined = () => undefined,
): Source[] {
  const isHomeless = ({ kind, node }: Source): boolean => isNodeKind(kind) && node === undefined;
  const folders = new Set(read.flatMap(({ node }) => node ?? []));
  if (folders.size === 0 && !read.some(isHomeless)) return [...read];
  const { nodes, nodeOfAddress, nodeOfPod } = placesIn(read);
  const called = new Map([...folders].flatMap((name) => sameNode(name, nodes, nodeOfAddress)));
  const inName = (path: string): string | undefined =>
    named(path, nodes) ?? nodeOfAddress.get(named(path, [...nodeOfAddress.keys()]) ?? '');
  const sources = read.map((source): Source => {
    const { pod, node = '' } = source;
    if (called.has(node)) return { ...source, node: called.get(node) ?? node };
    if (!isHomeless(source)) return source;
    const own =
      pod === undefined ? (inName(source.path) ?? inName(placeOf(source) ?? '')) : nodeOfPod.get(pod);
    // Without its node the log of a pod is only that.
    return own === undefined && pod !== undefined
      ? { ...source, kind: 'pod-log' }
      : { ...source, ...(own === undefined ? {} : { node: own }) };
  });
  const homeless = sources.filter(isHomeless);
  if (homeless.length === 0) return sources;
  const places = new Set(homeless.map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)));
  if (places.size > 1) {
    const shown = homeless.slice(0, 3).map(({ path }) => path);
    throw new UserError(
      `dumps of several nodes without their names: ${shown.join(', ')}`,
      'put each node’s files into a folder nodes/NAME/, or analyse one node with --node NAME',
    );
  }
  const [only] = nodes;
  const node = nodes.length === 1 && only !== undefined ? only : UNNAMED;
  return sources.map((source) => (homeless.includes(source) ? { ...source, node } : source));
}

/** The node whose name stands in `path` as a word of its own; none where two do, unless one name holds the other. */
function named(path: string, names: readonly string[]): string | undefined {
  const found = names.filter((name) => isWordOf(path, name)).sort((a, b) => b.length - a.length);
  const [node] = found;
  return node === undefined || found.some((other) => !node.includes(other)) ? undefined : node;
}

/** `name` with the only one of `nodes` that has it for an address, or is the same but for its domain; none where it is one itself. */
function sameNode(
  name: string,
  nodes: readonly string[],
  nodeOfAddress: ReadonlyMap<string, string>,
): [string, string][] {
  if (nodes.includes(name)) return [];
  const owner = nodeOfAddress.get(name);
  if (owner !== undefined) return [[name, owner]];
  const found = nodes.filter((node) => node.startsWith(`${name}.`) || name.startsWith(`${node}.`));
  const [only] = found;
  return only === undefined || found.length > 1 ? [] : [[name, only]];
}

/** `node-1` is a word of `node-1/iptables.txt` and of `iptables-node-1.txt`, not of `node-10.txt`. */
function isWordOf(path: string, name: string): boolean {
  const isEnd = (character: string | undefined): boolean =>
    character === undefined || /[/_.-]/.test(character);
  const at = path.indexOf(name);
  return at >= 0 && isEnd(path[at - 1]) && isEnd(path[at + name.length]);
}

/** The names of the Node objects in the sources, the node of each address that one alone has, and of each pod (`namespace/name`). */
function placesIn(sources: readonly Source[]): {
  readonly nodes: string[];
  readonly nodeOfAddress: ReadonlyMap<string, string>;
  readonly nodeOfPod: ReadonlyMap<string, string>;
} {
  const objects = sources.filter(({ kind }) => kind === 'kubernetes').flatMap(objectsOf);
  const owners = new Map<string, Set<string>>();
  const nodes = objects.flatMap(({ kind, metadata, status }) => {
    const name = metadata?.name;
    if (kind !== 'Node' || !name) return [];
    for (const { address = '' } of status?.addresses ?? [])
      owners.set(address, (owners.get(address) ?? new Set()).add(name));
    return [name];
  });
  const nodeOfAddress = new Map(
    [...owners].flatMap(([address, [name = '', ...others]]) =>
      others.length === 0 && address !== '' ? [[address, name] as const] : [],
    ),
  );
  const pods = objects.flatMap(({ kind, metadata, spec }): [string, string][] =>
    kind === 'Pod' && spec?.nodeName ? [[`${metadata?.namespace}/${metadata?.name}`, spec.nodeName]] : [],
  );
  return { nodes: [...new Set(nodes)], nodeOfAddress, nodeOfPod: new Map(pods) };
}

/** The little that is needed to find nodes and their pods. */
interface Placed {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly addresses?: readonly { readonly address?: string }[] };
  readonly items?: readonly Placed[];
}

/** What a source holds; files that are cut are told when the world is built. */
function objectsOf(source: Source): Placed[] {
  const values = valuesOf(source).filter((value) => typeof value === 'object' && value !== null);
  return values.flatMap(
    (value) =>
      value.items?.map((item) => ({ kind: value.kind?.replace(/List$/, '') ?? '', ...item })) ?? [value],
  );
}

function valuesOf(source: Source): Placed[] {
  try {
    return [jsonOf(source) as Placed];
  } catch {
    const text = textOf(source);
    if (!/^[- ]*(nodeName|kind: Node(List)?)\b/m.test(text)) return [];
    return parseAllDocuments(text, { logLevel: 'silent' }).flatMap((document) =>
      'toJS' in document ? [document.toJS() as Placed] : [],
    );
  }
}
