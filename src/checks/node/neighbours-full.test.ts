import { describe } from 'vitest';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { neighboursFull } from './neighbours-full.ts';

const HEAD =
  'entries  allocs   destroys hash_grows lookups  hits     res_failed rcv_probes_mcast rcv_probes_ucast periodic_gc_runs forced_gc_runs unresolved_discards table_fulls';
const counted = (entries: number, full: number): string => {
  const hex = (value: number): string => value.toString(16).padStart(8, '0');
  return `${HEAD}\n${hex(entries)} 000007e7 0000083f 00000001   00001eb4 00000a97 00000007   00000000         00000000         00000638         00000000       00000000            ${hex(full)}\n`;
};
const neighbours = (count: number, state: string): string =>
  Array.from(
    { length: count },
    (_, index) => `10.0.${index >> 8}.${index & 255} dev eth0 lladdr 0a:58:0a:f4:01:09 ${state}\n`,
  ).join('');
const limit = 'net.ipv4.neigh.default.gc_thresh3 = 1024\n';
const node = (files: Record<string, string>) => ({
  ...webCluster,
  files: Object.fromEntries(Object.entries(files).map(([name, text]) => [`nodes/node-a/${name}`, text])),
});

describe('node/neighbours-full', () => {
  proveCheck(neighboursFull, {
    // Entries that never expire, as flannel's, are not counted against the limit.
    healthy: node({ 'arp-cache.txt': counted(4000, 0), 'sysctl.txt': limit }),
    broken: node({ 'arp-cache.txt': counted(1024, 16), 'sysctl.txt': limit }),
    problem: {
      severity: 'error',
      node: 'node-a',
      share: [0, 1],
      summary: /table of IPv4 neighbours of node-a is full: 1024 of 1024 entries, 16 turned away/,
    },
    blind: webCluster,
  });
});

describe('node/neighbours-full, by ip neigh', () => {
  proveCheck(neighboursFull, {
    healthy: node({ 'ip-neigh.txt': neighbours(1100, 'PERMANENT') }),
    broken: node({ 'ip-neigh.txt': neighbours(1024, 'STALE') }),
    problem: { severity: 'error', summary: /1024 of 1024 entries; packets/ },
    blind: webCluster,
  });
});

describe('node/neighbours-full, before', () => {
  proveCheck(neighboursFull, {
    healthy: node({ 'arp-cache.txt': counted(300, 0), 'sysctl.txt': limit }),
    broken: node({ 'arp-cache.txt': counted(300, 2), 'sysctl.txt': limit }),
    problem: { severity: 'info', share: [0, 0], summary: /was full before: 2 entries .* holds 300 of 1024/ },
    blind: webCluster,
  });
});
