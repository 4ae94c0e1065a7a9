// Reads one `nft` listing, text or JSON, in a process of its own: what B2e times.
import { readFileSync } from 'node:fs';
import { parseNftJson } from '../../src/dataplane/nftables/parse-nft-json.ts';
import { parseNftText } from '../../src/dataplane/nftables/parse-nft-text.ts';

const path = process.argv[2] ?? '';
const source = { path, bytes: readFileSync(path) };
const { tables, issues } = path.endsWith('.json') ? parseNftJson(source) : parseNftText(source);
const chains = tables.reduce((sum, table) => sum + table.chains.size, 0);
console.log(JSON.stringify({ tables: tables.length, chains, issues: issues.length }));
