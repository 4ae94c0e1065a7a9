import { describe, expect, it } from 'vitest';
import { parseConntrackCounters, parseNeighbourCounters } from './parse-counters.ts';

const source = (path: string, text: string) => ({ path, bytes: new TextEncoder().encode(text) });

describe('parseConntrackCounters', () => {
  it('adds up what processors count', () => {
    // conntrack v1.4.6, Linux 5.15.
    const text = `cpu=0           found=986 invalid=89035 insert=0 insert_failed=4 drop=4 early_drop=939985 error=1 search_restart=2329761182 clash_resolve=770239427 chaintoolong=0
cpu=1           found=863 invalid=80118 insert=0 insert_failed=1 drop=1 early_drop=938060 error=17 search_restart=2313195993 clash_resolve=771663566 chaintoolong=0
`;
    const { items, issues } = parseConntrackCounters(source('conntrack-counters.txt', text));
    expect(issues).toEqual([]);
    expect(new Map(items).get('conntrack.insert_failed')).toBe(5);
    expect(new Map(items).get('conntrack.invalid')).toBe(169153);
    expect(new Map(items).has('conntrack.cpu')).toBe(false);
  });

  it('tells a line that is none', () => {
    expect(parseConntrackCounters(source('c.txt', 'conntrack: command not found\n')).issues).toHaveLength(1);
  });
});

// Linux 6.
const cache = `entries  allocs   destroys hash_grows lookups  hits     res_failed rcv_probes_mcast rcv_probes_ucast periodic_gc_runs forced_gc_runs unresolved_discards table_fulls
00000412 000007e7 0000083f 00000001   00001eb4 00000a97 00000007   00000000         00000000         00000638         00000003       00000000            0000000a
00000412 000007a0 00000736 00000003   00001d3f 000009c1 00000004   00000000         00000000         00000000         00000000       00000000            00000006
`;

describe('parseNeighbourCounters', () => {
  it('reads hexadecimal sums; entries are the table’s own number', () => {
    const { items, issues } = parseNeighbourCounters(source('nodes/a/arp-cache.txt', cache));
    expect(issues).toEqual([]);
    expect(new Map(items).get('arp.entries')).toBe(1042);
    expect(new Map(items).get('arp.table_fulls')).toBe(16);
  });

  it('goes by the path for IPv6', () => {
    const { items } = parseNeighbourCounters(source('nodes/a/ndisc-cache.txt', cache));
    expect(new Map(items).get('ndisc.entries')).toBe(1042);
  });

  it('tells a line that is none', () => {
    expect(parseNeighbourCounters(source('a.txt', `${cache}no such file\n`)).issues).toHaveLength(1);
  });
});
