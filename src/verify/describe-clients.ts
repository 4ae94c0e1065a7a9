import type { Vantage } from '../model/vantage.ts';

/**
 * Clients in as few words as name them all: `clients on node-a and node-b; pods on node-c`. A pod that is named is said by
 * name only where not every pod of its node is meant. Empty for no client.
 */
export function describeClients(vantages: readonly Vantage[]): string {
  const kinds = new Map<string, Set<Vantage['kind']>>();
  for (const { kind, node, pod } of vantages) {
    if (pod !== undefined) continue;
    kinds.set(node, (kinds.get(node) ?? new Set<Vantage['kind']>()).add(kind));
  }
  const named = vantages.flatMap(({ pod, node }) =>
    pod === undefined || kinds.get(node)?.has('pod') === true ? [] : `pod ${pod} on ${node}`,
  );
  const groups = new Map<string, string[]>();
  for (const [node, own] of [...kinds].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const words = wordsFor(own);
    groups.set(words, [...(groups.get(words) ?? []), node]);
  }
  const parts = [...groups].map(([words, nodes]) => `${words}${listNodes(nodes)}`);
  return [...parts, ...new Set(named)].join('; ');
}

function wordsFor(kinds: ReadonlySet<Vantage['kind']>): string {
  const inside = kinds.has('pod') ? (kinds.has('node') ? 'clients on ' : 'pods on ') : '';
  if (!kinds.has('external')) return inside;
  if (inside === '') return kinds.has('node') ? 'the node and outside at ' : 'outside at ';
  return `${inside.trimEnd()} and outside at `;
}

/** `a`, `a and b`, `a, b and c`; many are counted. */
export function listNodes(names: readonly string[]): string {
  const most = 6;
  if (names.length > most)
    return `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} other nodes`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
