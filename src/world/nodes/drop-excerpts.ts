import type { Table } from '../../dataplane/ruleset/ruleset.ts';
import type { ParseIssue } from '../../model/evidence.ts';
import type { RuleDump } from './merge-tables.ts';

/**
 * The dumps of a node without listings of nft that show less than all of what they name: `nft list chain`, `list map`, `list chains`, `list tables`, and `nft -t`, which leaves out the
 * elements of sets. Told by kube-proxy's own table, which it writes as a whole, or where no table holds anything. *Source:* kubernetes pkg/proxy/nftables/proxier.go
 * `setupNFTables`; nft(8) `--terse`.
 */
export function dropExcerpts(dumps: readonly RuleDump[], issues: ParseIssue[]): RuleDump[] {
  return dumps.filter(({ source, tables }) => {
    const problem = source.kind.startsWith('nft') ? problemOf(tables) : undefined;
    if (problem !== undefined) issues.push({ source: source.path, text: '', problem });
    return problem === undefined;
  });
}

function problemOf(tables: readonly Table[]): string | undefined {
  if (tables.length > 0 && tables.every(({ chains, sets }) => chains.size === 0 && sets.size === 0))
    return 'names tables, and nothing that they hold: nft list ruleset prints all';
  const own = tables.filter(({ name }) => name === 'kube-proxy');
  if (own.some((table) => table.complete && !isWhole(table)))
    return 'is part of kube-proxy’s table: nft list ruleset prints all';
  return own.some(servesSome) && own.every(lacksElements)
    ? 'leaves out the elements of sets, as nft -t does: nft list ruleset prints all'
    : undefined;
}

/** What no kube-proxy leaves out, whatever Services there are. */
function isWhole({ chains, sets }: Table): boolean {
  const hasBase = [...chains.values()].some(({ base }) => base !== undefined);
  return hasBase && chains.has('services') && sets.has('service-ips');
}

/** Whether Services have chains, so that elements lead to them. */
function servesSome({ chains }: Table): boolean {
  return [...chains.keys()].some((name) => /^service-[A-Z2-7]{8}-/.test(name));
}

function lacksElements({ sets }: Table): boolean {
  return [...sets.values()].every(({ elements }) => elements.size === 0);
}
