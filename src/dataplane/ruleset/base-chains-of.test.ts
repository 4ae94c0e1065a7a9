import { expect, it } from 'vitest';
import { parseIptables } from '../iptables/parse-iptables.ts';
import { baseChainsOf } from './base-chains-of.ts';

const tableOf = (lines: readonly string[]) =>
  parseIptables({ path: 'x', bytes: new TextEncoder().encode(`${lines.join('\n')}\nCOMMIT\n`) }).tables[0];

it.each([
  ['*nat', ':POSTROUTING ACCEPT [0:0]', ':KUBE-SERVICES - [0:0]', ':PREROUTING ACCEPT [0:0]'],
  // A chain that users made of a table that has none of that name built in, and one that is not there any more.
  ['*custom', ':INPUT - [0:0]', ':A - [0:0]'],
  ['*filter', ':INPUT DROP [0:0]', ':FORWARD ACCEPT [0:0]', '-X FORWARD'],
])('finds in %s what going through all chains finds', (...lines) => {
  const chains = tableOf(lines)!.chains;
  const all = [...chains.values()].filter(({ base }) => base !== undefined);
  expect(baseChainsOf(chains)).toEqual(all);
  expect(baseChainsOf(new Map(chains))).toEqual(all);
});
