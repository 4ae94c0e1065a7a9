import { expect, it } from 'vitest';
import { parseConntrack } from './parse-conntrack.ts';
import { uniqueEntries } from './unique-entries.ts';

const listing = (...lines: string[]) =>
  parseConntrack({ path: 'x', bytes: new TextEncoder().encode(lines.join('\n')) }).items;
const udp = (source: string, port: number, seconds: number) =>
  `udp 17 ${seconds} src=${source} dst=${source} sport=${port} dport=53 [UNREPLIED] src=${source} dst=${source} sport=53 dport=${port} mark=0 use=1`;

it('takes each connection of several listings once', () => {
  const both = listing(udp('10.0.0.1', 1, 20), udp('2001:db8::1', 1, 20));
  const ipv6 = listing(udp('2001:db8::1', 1, 19), udp('2001:db8::1', 2, 30));
  expect(uniqueEntries([both, ipv6]).map(({ timeoutSeconds }) => timeoutSeconds)).toEqual([20, 20, 30]);
});

it('keeps what one listing says twice, of several zones', () => {
  const zones = listing(udp('10.0.0.1', 1, 20), udp('10.0.0.1', 1, 10));
  expect(uniqueEntries([zones, []])).toEqual(zones);
  expect(uniqueEntries([listing(udp('10.0.0.2', 1, 5)), zones])).toHaveLength(3);
});
