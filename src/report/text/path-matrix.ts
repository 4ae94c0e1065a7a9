import type { PathRow } from '../../diagnosis/diagnosis.ts';
import type { Style } from '../style.ts';
import { formatShares } from './share.ts';

/** A table before it is drawn: a row per kind of client, a column per node. */
export interface Matrix {
  readonly corner: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly label: string; readonly cells: readonly string[] }[];
}

const kinds: Readonly<Record<string, string>> = {
  clusterIP: 'ClusterIP',
  nodePort: 'NodePort',
  externalIP: 'external IP',
  loadBalancerIP: 'load balancer',
};
const clients: Readonly<Record<string, string>> = { pod: 'pod', node: 'node', external: 'outside' };
const clientOrder = ['pod', 'endpoint pod', 'node', 'outside'];

/** Who reaches the Service from where: the worst of all frontends of a kind, one cell per node, of those that let the client in. */
export function pathMatrix(paths: readonly PathRow[], style: Style): Matrix {
  const columns = [...new Set(paths.map((path) => path.node))].sort(byName);
  const hasManyKinds = new Set(paths.map((path) => path.frontendKind)).size > 1;
  const hasManyPorts = new Set(paths.map(portOf)).size > 1;
  const hasBothFamilies = new Set(paths.map(isIpv6)).size > 1;
  const rows = new Map<string, { client: string; worst: Map<string, PathRow> }>();
  for (const path of paths) {
    const client = clientOf(path);
    const kind = hasManyKinds ? ` → ${kinds[path.frontendKind] ?? path.frontendKind}` : '';
    const port = hasManyPorts ? ` :${portOf(path)}` : '';
    const label = `${client}${kind}${hasBothFamilies ? (isIpv6(path) ? ' IPv6' : ' IPv4') : ''}${port}`;
    const row = rows.get(label) ?? { client, worst: new Map<string, PathRow>() };
    rows.set(label, row);
    const before = row.worst.get(path.node);
    if (before === undefined || isWorse(path, before)) row.worst.set(path.node, path);
  }
  const sorted = [...rows].sort(
    ([, a], [, b]) => clientOrder.indexOf(a.client) - clientOrder.indexOf(b.client),
  );
  return {
    corner: 'client on',
    columns,
    rows: sorted.map(([label, { worst }]) => ({
      label: style.plain(label),
      cells: columns.map((node) => cellOf(worst.get(node), style)),
    })),
  };
}

function cellOf(path: PathRow | undefined, style: Style): string {
  if (path === undefined) return '';
  switch (path.state) {
    case 'works':
      return style.cell('ok');
    case 'fails':
      return style.cell('problem');
    case 'as-promised-denied':
      return style.tint('warning', 'denied');
    case 'unknown':
      return style.cell('unknown');
    case 'partly':
      return style.tint('problem', formatShares(path.works));
  }
}

// Clients that are kept out on purpose say nothing of those of the same kind that are let in.
const badness: Readonly<Record<PathRow['state'], number>> = {
  fails: 4,
  partly: 3,
  unknown: 2,
  works: 1,
  'as-promised-denied': 0,
};

function isWorse(a: PathRow, b: PathRow): boolean {
  return badness[a.state] - badness[b.state] > 0 || (a.state === b.state && a.works[0] < b.works[0]);
}

/** The client's kind as a row says it; a pod that may reach itself through the Service is a kind of its own (hairpin). */
export function clientOf({ vantage, client, outcomes }: PathRow): string {
  const pod = /^pod (\S+\/\S+)/.exec(client)?.[1];
  const isEndpoint = pod !== undefined && outcomes.some((outcome) => outcome.pod === pod);
  return isEndpoint ? 'endpoint pod' : (clients[vantage] ?? vantage);
}

/** The frontend's port, as text. */
function portOf(path: PathRow): string {
  return /:(\d+)(?:\/\w+)?$/.exec(path.frontend)?.[1] ?? '';
}

function isIpv6(path: PathRow): boolean {
  return path.frontend.startsWith('[');
}

/** By name, numbers in it as numbers: node-2 before node-10. */
export function byName(a: string, b: string): number {
  const others = runsOf(b);
  for (const [index, run] of runsOf(a).entries()) {
    const other = others[index];
    if (run === other) continue;
    // Not localeCompare: loading its tables costs more than the rest of a small report.
    if (other !== undefined) return Number(run) - Number(other) || (run < other ? -1 : 1);
    return 1;
  }
  return a.length - b.length;
}

/** `node-10` as `node-` and `10`. */
function runsOf(name: string): readonly string[] {
  return name.match(/\d+|\D+/g) ?? [];
}
