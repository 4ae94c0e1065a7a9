import { type Parsed, type TextSource, issueAt, linesOf } from '../text-source.ts';

/** A number that the kernel keeps since it started. */
export type Counter = readonly [name: string, value: number];

/**
 * Counters of `conntrack -S`, a line each processor, as `conntrack.NAME`: the sums. *Source:* conntrack(8); linux net/netfilter/nf_conntrack_standalone.c, `ct_cpu_seq_show`.
 */
export function parseConntrackCounters(source: TextSource): Parsed<Counter> {
  const sums = new Map<string, number>();
  const issues = linesOf(source).flatMap((line) => {
    const counters = [...line.text.matchAll(/(\w+)=(\d+)/g)];
    if (counters.length < 2) return [issueAt(source, line, 'is no line of counters')];
    for (const [, name = '', value] of counters)
      if (name !== 'cpu') sums.set(name, (sums.get(name) ?? 0) + Number(value));
    return [];
  });
  return { items: [...sums].map(([name, value]): Counter => [`conntrack.${name}`, value]), issues };
}

/** Of all processors alike: how many entries the table has now. */
const GAUGE = 'entries';

/**
 * Counters of `/proc/net/stat/arp_cache` or `ndisc_cache`, hexadecimal, a line each processor, as `arp.NAME` or `ndisc.NAME`: the sums; `entries` is the table's own number, of all
 * network namespaces. *Source:* linux net/core/neighbour.c, `neigh_stat_seq_show`.
 */
export function parseNeighbourCounters(source: TextSource): Parsed<Counter> {
  const table = /ndisc|nd[-_]cache/.test(source.path) ? 'ndisc' : 'arp';
  const [head, ...rows] = linesOf(source);
  const names = head?.text.trim().split(/\s+/) ?? [];
  const sums = new Map<string, number>();
  const issues = rows.flatMap((line) => {
    const values = line.text.trim().split(/\s+/);
    if (values.length > names.length || !values.every((value) => /^[0-9a-f]+$/.test(value)))
      return [issueAt(source, line, 'is no line of counters')];
    for (const [index, value] of values.entries()) {
      const name = names[index] ?? '';
      const number = Number.parseInt(value, 16);
      sums.set(name, name === GAUGE ? number : (sums.get(name) ?? 0) + number);
    }
    return [];
  });
  return { items: [...sums].map(([name, value]): Counter => [`${table}.${name}`, value]), issues };
}
