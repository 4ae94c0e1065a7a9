// A peer: what Node's own reader of JSON needs for the same file.
import { readFileSync } from 'node:fs';

const { nftables } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as { nftables: unknown[] };
console.log(nftables.length);
