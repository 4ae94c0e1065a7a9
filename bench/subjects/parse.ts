// Reads one dump and indexes it, in a process of its own: what B1, B6, B7 and B9 time.
import { readFileSync } from 'node:fs';
import { parseIptables } from '../../src/dataplane/iptables/parse-iptables.ts';

const path = process.argv[2] ?? '';
const { tables, issues } = parseIptables({ path, bytes: readFileSync(path) });
let found = 0;
for (const table of tables) {
  for (const name of ['KUBE-SERVICES', 'KUBE-NODEPORTS']) {
    const rules = table.chains.get(name)?.rules;
    // Asking once makes the index.
    const key = { destination: 0x0a60000a, protocol: 6, destinationPort: undefined };
    if (rules && rules.next(0, key) < rules.length) found++;
  }
}
const chains = tables.reduce((sum, table) => sum + table.chains.size, 0);
console.log(JSON.stringify({ tables: tables.length, chains, issues: issues.length, found }));
