import { expect, test } from 'vitest';
import { formatAddressPort } from '../../model/address.ts';
import { parseConntrack } from '../conntrack/parse-conntrack.ts';
import { iptables, nft, walkTables } from './testing/walk-text.ts';

const ends = (...rules: string[]) =>
  walkTables(
    nft(
      `table ip t {\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n${rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n}\n`,
    ),
  ).map(({ destination }) => formatAddressPort(destination.address, destination.port ?? 0));

test.each([
  ['tcp dport 8080 dnat to :tcp dport map { 8080 : 80 }', '10.244.2.5:80'],
  ['meta l4proto tcp dnat to 10.244.2.6:tcp dport map { 8080 : 80 }', '10.244.2.6:80'],
  ['meta l4proto tcp dnat to ip daddr map { 10.244.2.5 : 10.244.2.6 }:81', '10.244.2.6:81'],
  // A map without an element ends the rule.
  ['tcp dport 8080 dnat to 10.244.2.6:tcp dport map { 80 : 81 }', '10.244.2.5:8080'],
  ['dnat prefix to 10.244.9.0/24', '10.244.9.5:8080'],
  ['dnat ip prefix to ip daddr map { 10.244.2.0/24 : 10.244.9.0/24 }', '10.244.9.5:8080'],
])('%s', (rule, end) => {
  expect(ends(rule)).toEqual([end]);
});

const table = (name: string, ...chains: string[]): string =>
  `table ip ${name} {\n${chains.map((rule, i) => `\tchain pre${i} {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\t${rule}\n\t}\n`).join('')}}\n`;
const to = (port: number): string => `meta l4proto tcp dnat to 10.244.2.6:${port}`;
const told = (text: string) =>
  walkTables(nft(text)).map(({ destination, probability }) => [destination.port, ...probability]);

test('of two chains of one table and priority the younger runs first', () => {
  expect(told(table('t', to(1), to(2)))).toEqual([[2, 1, 1]]);
});

test('which of two tables is older is not known, and matters only where both translate otherwise', () => {
  const [first, ...more] = walkTables(nft(table('a', to(1)) + table('b', to(2))));
  expect([first, ...more].map((one) => [one?.destination.port, ...(one?.probability ?? [])])).toEqual([
    [1, 0, 1],
    [2, 0, 1],
  ]);
  expect(first?.unknowns[0]).toMatchObject({ rule: { table: 'b', chain: 'pre0' } });
  expect(told(table('a', to(1)) + table('b', to(1)))).toEqual([[1, 1, 1]]);
  expect(told(table('a', to(1)) + table('b', 'tcp dport 1 accept'))).toEqual([[1, 1, 1]]);
});

test('recent connections show which of two tables is older', () => {
  const end = (line: string, rules = table('a', to(1)) + table('b', to(2))) => {
    const conntrack = parseConntrack({ path: 'conntrack', bytes: new TextEncoder().encode(line) }).items;
    return walkTables(nft(rules), {}, { conntrack }).map(({ destination }) => destination.port);
  };
  const entry = (state: string, seconds: number, port: number): string =>
    `tcp 6 ${seconds} ${state} src=10.244.1.9 dst=10.244.2.5 sport=4000 dport=8080 [UNREPLIED] src=10.244.2.6 dst=10.244.1.9 sport=${port} dport=4000\n`;
  expect(end(entry('SYN_SENT', 100, 1))).toEqual([1]);
  expect(end(entry('SYN_SENT', 100, 2))).toEqual([2]);
  expect(end(entry('SYN_SENT', 100, 1) + entry('TIME_WAIT', 90, 2))).toEqual([1, 2]);
  expect(end(entry('ESTABLISHED', 400_000, 1))).toEqual([1, 2]);
  // What neither sends to any more is from before, where a newer one waits for its answer.
  expect(end(entry('SYN_SENT', 118, 1) + entry('TIME_WAIT', 90, 3))).toEqual([1]);
  expect(end(entry('TIME_WAIT', 90, 1).replace('[UNREPLIED] ', '') + entry('TIME_WAIT', 80, 3))).toEqual([
    1, 2,
  ]);
});

test('either port, and state or translation, are one condition', () => {
  const rules = (rule: string) =>
    iptables(
      `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD ${rule} -j DROP\nCOMMIT\n`,
    );
  const result = (rule: string) => walkTables(rules(rule), { sourcePort: 4000 }).map((one) => one.result);
  expect(result('-p tcp -m multiport --ports 80,8080')).toEqual(['dropped']);
  expect(result('-p tcp -m multiport --ports 80,4000')).toEqual(['dropped']);
  expect(result('-p tcp -m multiport ! --ports 80,4000')).toEqual(['delivered']);
  expect(result('-m conntrack --ctstate NEW,DNAT')).toEqual(['dropped']);
  expect(result('-m conntrack --ctstate ESTABLISHED,DNAT')).toEqual(['delivered']);
});
