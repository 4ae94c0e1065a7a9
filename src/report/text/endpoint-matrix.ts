import type { PathRow } from '../../diagnosis/diagnosis.ts';
import type { Style } from '../style.ts';
import { type Matrix, byName, clientOf } from './path-matrix.ts';
import { formatShares } from './share.ts';

/**
 * Where connections go: a row per destination, a column per node, and which share of that node's connections goes there.
 * One kind of client stands for a node, the one that says most: pods before nodes before outside, ClusterIP first.
 */
export function endpointMatrix(paths: readonly PathRow[], style: Style): Matrix {
  const chosen = new Map<string, PathRow>();
  const ports = new Map<string, PathRow[]>();
  for (const path of [...paths].sort((a, b) => preference(a) - preference(b))) {
    const client = `${path.node} ${path.frontend.slice(path.frontend.lastIndexOf(':'))}`;
    if (chosen.has(client)) continue;
    chosen.set(client, path);
    ports.set(path.node, [...(ports.get(path.node) ?? []), path]);
  }
  const columns = [...ports.keys()].sort(byName);
  const rows = new Map<string, Map<string, Set<string>>>();
  for (const [node, ofNode] of ports) {
    for (const path of ofNode) {
      for (const outcome of path.outcomes) {
        const row = rows.get(outcome.destination) ?? new Map<string, Set<string>>();
        rows.set(outcome.destination, row);
        const isDelivered = outcome.result === 'delivered';
        const share = formatShares(outcome.probability);
        const text = isDelivered ? share : `${share} ${outcome.result}`;
        const mark = isDelivered ? 'ok' : outcome.result === 'unknown' ? 'unknown' : 'problem';
        // Ports of one Service may lead to the same endpoint in the same way.
        row.set(node, (row.get(node) ?? new Set()).add(style.tint(mark, text)));
      }
    }
  }
  return {
    corner: 'share to',
    columns,
    rows: [...rows]
      .sort(([a], [b]) => byName(a, b))
      .map(([destination, cells]) => ({
        label: destination,
        cells: columns.map((node) => [...(cells.get(node) ?? [style.cell('none')])].join(', ')),
      })),
  };
}

function preference(path: PathRow): number {
  const clients = ['pod', 'node', 'outside'];
  const client = clients.indexOf(clientOf(path));
  return (
    (client < 0 ? clients.length : client) + (path.frontendKind === 'clusterIP' ? 0 : clients.length + 1)
  );
}
