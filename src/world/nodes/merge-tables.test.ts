import { expect, it } from 'vitest';
import type { Table } from '../../dataplane/ruleset/ruleset.ts';
import type { SourceKind } from '../../snapshot/snapshot.ts';
import { type RuleDump, mergeTables } from './merge-tables.ts';

function dump(kind: SourceKind, table: Partial<Table>): RuleDump {
  return {
    source: { path: kind, kind, bytes: new Uint8Array() },
    tables: [
      {
        family: 'ip',
        name: 'nat',
        origin: 'iptables-nft',
        source: kind,
        chains: new Map(),
        sets: new Map(),
        complete: true,
        ...table,
      },
    ],
  };
}

it('takes a table from iptables -L only where nothing else shows it, legacy or not', () => {
  const listed = dump('iptables-list', { origin: 'iptables-legacy' });
  const sources = (...dumps: RuleDump[]) => mergeTables(dumps).tables.map(({ source }) => source);
  expect(sources(listed)).toEqual(['iptables-list']);
  expect(sources(listed, dump('iptables-save', { complete: false }))).toEqual(['iptables-save']);
  expect(sources(listed, dump('iptables-save', { name: 'filter' }))).toEqual([
    'iptables-save',
    'iptables-list',
  ]);
});
