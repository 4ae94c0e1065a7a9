// Makes every rule of a dump and counts what is unknown: checks that a benchmark's input was understood.
import { readFileSync } from 'node:fs';
import { parseIptables } from '../../src/dataplane/iptables/parse-iptables.ts';

const path = process.argv[2] ?? '';
const { tables, issues } = parseIptables({ path, bytes: readFileSync(path) });
let rules = 0;
let unknown = 0;
for (const table of tables) {
  for (const chain of table.chains.values()) {
    for (let index = 0; index < chain.rules.length; index++) {
      rules++;
      if (chain.rules.at(index).parts.some(({ kind }) => kind.startsWith('unknown'))) unknown++;
    }
  }
}
console.log(JSON.stringify({ rules, unknown, issues: issues.length }));
