import { UserError } from '../../model/user-error.ts';
import { jsonOf } from '../../snapshot/json-of.ts';
import type { Source, SourceKind } from '../../snapshot/snapshot.ts';

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
 * Gives node sources that name no node the node that it must be: the one whose name stands in the path, the only Node
 * object's, else one without a name. Throws UserError where they come from several folders, for then nobody can say which
 * belongs to which node.
 */
export function assignNodes(read: readonly Source[]): Source[] {
  const isHomeless = ({ kind, node }: Source): boolean => isNodeKind(kind) && node === undefined;
  if (!read.some(isHomeless)) return [...read];
  const names = nodeNames(read);
  const sources = read.map((source) =>
    isHomeless(source) ? { ...source, ...named(source.path, names) } : source,
  );
  const homeless = sources.filter(isHomeless);
  if (homeless.length === 0) return sources;
  const folders = new Set(homeless.map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)));
  if (folders.size > 1) {
    const shown = homeless.slice(0, 3).map(({ path }) => path);
    throw new UserError(
      `dumps of several nodes without their names: ${shown.join(', ')}`,
      'put each node’s files into a folder nodes/NAME/, or analyse one node with --node NAME',
    );
  }
  const [only] = names;
  const node = names.length === 1 && only !== undefined ? only : UNNAMED;
  return sources.map((source) => (homeless.includes(source) ? { ...source, node } : source));
}

/** The node whose name stands in `path` as a word of its own; none where two do, unless one name holds the other. */
function named(path: string, names: readonly string[]): { node: string } | undefined {
  const found = names.filter((name) => isWordOf(path, name)).sort((a, b) => b.length - a.length);
  const [node] = found;
  return node === undefined || found.some((other) => !node.includes(other)) ? undefined : { node };
}

/** `node-1` is a word of `node-1/iptables.txt` and of `iptables-node-1.txt`, not of `node-10.txt`. */
function isWordOf(path: string, name: string): boolean {
  const isEnd = (character: string | undefined): boolean =>
    character === undefined || /[/_.-]/.test(character);
  const at = path.indexOf(name);
  return at >= 0 && isEnd(path[at - 1]) && isEnd(path[at + name.length]);
}

/** The names of the Node objects in the sources. */
function nodeNames(sources: readonly Source[]): string[] {
  const objects = sources.filter(({ kind }) => kind === 'kubernetes').flatMap(objectsOf);
  return [
    ...new Set(
      objects.flatMap(({ kind, metadata }) => (kind === 'Node' && metadata?.name ? [metadata.name] : [])),
    ),
  ];
}

/** The little that is needed to find Node objects; YAML and cut files are told when the world is built. */
function objectsOf(source: Source): { kind?: string; metadata?: { name?: string } }[] {
  try {
    const value = jsonOf(source) as { kind?: string; items?: { kind?: string }[] };
    return value.items?.map((item) => ({ kind: value.kind?.replace(/List$/, '') ?? '', ...item })) ?? [value];
  } catch {
    return [];
  }
}
