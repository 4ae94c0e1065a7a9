import type { Table } from '../../dataplane/ruleset/ruleset.ts';
import type { RuleDump } from './merge-tables.ts';

/**
 * Dumps whose header leaves open which of the kernel's tables it shows (iptables before 1.8.8), told by what nft lists beside them: the same table there with
 * mostly the same chains is the one that iptables shows, else it is a legacy one, which nft does not list. *Source:* iptables 1.8.8 release notes.
 */
export function settleOrigins(dumps: readonly RuleDump[]): RuleDump[] {
  const listed = dumps.flatMap(({ source, tables }) => (source.kind.startsWith('nft') ? tables : []));
  return dumps.map((dump) => ({
    ...dump,
    tables: dump.tables.map((table) => {
      if (table.origin !== 'iptables') return table;
      const isNft =
        !/legacy/i.test(dump.source.path) &&
        (/nft/i.test(dump.source.path) || listed.some((other) => isSame(table, other)));
      return { ...table, origin: isNft ? 'iptables-nft' : 'iptables-legacy' };
    }),
  }));
}

function isSame(table: Table, listed: Table): boolean {
  if (listed.family !== table.family || listed.name !== table.name || listed.origin !== 'iptables-nft')
    return false;
  const common = [...table.chains.keys()].filter((name) => listed.chains.has(name)).length;
  return 2 * common >= Math.max(table.chains.size, listed.chains.size);
}
