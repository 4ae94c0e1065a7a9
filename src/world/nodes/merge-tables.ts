import type { NodeState } from '../../dataplane/node-state.ts';
import type { Table } from '../../dataplane/ruleset/ruleset.ts';
import type { Source } from '../../snapshot/snapshot.ts';

/** The tables of one dump. */
export interface RuleDump {
  readonly source: Source;
  readonly tables: readonly Table[];
}

/** Which tool's print of a table is preferred: iptables names what it wrote best; nft text keeps lines. */
const PREFERENCE = ['iptables-save', 'nft-text', 'nft-json', 'iptables-list-rules', 'iptables-list'] as const;

/**
 * Every table once, whichever tools printed it: iptables-nft tables stand in `iptables-save` and in `nft list ruleset`
 * alike. Legacy tables are others than the nft ones of the same name. A family counts as read where a dump of all its
 * tables was read.
 */
export function mergeTables(
  dumps: readonly RuleDump[],
): Pick<NodeState, 'tables' | 'listedAgain' | 'hasRules'> {
  const rank = ({ source }: RuleDump): number =>
    PREFERENCE.indexOf(source.kind as (typeof PREFERENCE)[number]);
  const merged = new Map<string, Table>();
  const listedAgain: Table[] = [];
  for (const { source, tables } of [...dumps].sort((a, b) => rank(a) - rank(b))) {
    for (const table of tables) {
      // A listing tells neither all of a rule nor which of the two kernels' tables it shows.
      if (source.kind === 'iptables-list' && [...merged.values()].some((other) => isSame(other, table)))
        continue;
      const key = keyOf(table);
      const before = merged.get(key);
      if (!before || (!before.complete && table.complete)) merged.set(key, table);
      else if (source.kind === 'nft-json' && table.complete) listedAgain.push(table);
    }
  }
  return {
    tables: inOrder(merged, dumps),
    ...(listedAgain.length > 0 ? { listedAgain } : {}),
    hasRules: { ip: isRead(dumps, 'ip'), ip6: isRead(dumps, 'ip6') },
  };
}

/** Legacy tables first, then the others as old as nft lists them: which of two chains with one priority runs first depends on it. */
function inOrder(merged: ReadonlyMap<string, Table>, dumps: readonly RuleDump[]): Table[] {
  const listing = dumps.find(({ source }) => source.kind === 'nft-text' || source.kind === 'nft-json');
  const places = new Map(listing?.tables.map((table, i) => [keyOf(table), i]));
  const placeOf = (key: string): number => places.get(key) ?? -1;
  return [...merged].sort(([a], [b]) => placeOf(a) - placeOf(b)).map(([, table]) => table);
}

function isSame(a: Table, b: Table): boolean {
  return a.family === b.family && a.name === b.name;
}

function keyOf({ family, name, origin }: Table): string {
  return `${origin === 'iptables-legacy' ? 'legacy' : 'nft'} ${family} ${name}`;
}

function isRead(dumps: readonly RuleDump[], family: 'ip' | 'ip6'): boolean {
  return dumps.some(
    ({ source, tables }) =>
      source.kind === 'nft-text' ||
      source.kind === 'nft-json' ||
      tables.some((table) => table.family === family || table.family === 'inet'),
  );
}
