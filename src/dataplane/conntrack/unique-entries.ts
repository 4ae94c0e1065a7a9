import type { ConntrackEntry } from './entry.ts';

/**
 * The entries of several listings of one table, each connection once: from 1.4.7 on `conntrack -L` lists both families, and `-f ipv6` some of them again. Within a listing
 * the same addresses may stand in several zones. *Source:* conntrack-tools, "conntrack: default to unspec family for dualstack setups".
 */
export function uniqueEntries(listings: readonly (readonly ConntrackEntry[])[]): readonly ConntrackEntry[] {
  const filled = listings.filter((entries) => entries.length > 0);
  if (filled.length < 2) return filled[0] ?? [];
  const seen = new Set<string>();
  return filled.flatMap((entries) => {
    const fresh = entries.filter((entry) => !seen.has(keyOf(entry)));
    for (const entry of fresh) seen.add(keyOf(entry));
    return fresh;
  });
}

function keyOf({ protocol, original }: ConntrackEntry): string {
  const { source, sourcePort, destination, destinationPort } = original;
  return `${protocol} ${source} ${sourcePort} ${destination} ${destinationPort}`;
}
