import { expect, test } from 'vitest';
import { indexElements } from '../ruleset/element-index.ts';
import type { IpSet } from '../ruleset/sets.ts';
import { iptables, nft, walkTables } from './testing/walk-text.ts';

const results = (...given: Parameters<typeof walkTables>) =>
  walkTables(...given).map(({ result, probability }) => [result, ...probability]);

const ruleset = (...rules: string[]): string => `table ip t {
	set seen {
		type ipv4_addr . inet_service
		size 100
		flags dynamic,timeout
		elements = { 10.244.1.9 . 8080 expires 10s }
	}
	map ports {
		type ipv4_addr : inet_service
		size 100
		flags dynamic
	}
	chain fwd {
		type filter hook forward priority 0; policy accept;
${rules.map((rule) => `\t\t${rule}\n`).join('')}	}
}
`;

test.each([
  [['ip saddr . tcp dport @seen drop'], 'delivered'],
  [['add @seen { ip saddr . tcp dport timeout 1m }', 'ip saddr . tcp dport @seen drop'], 'dropped'],
  [['update @seen { ip saddr . tcp dport }', 'ip daddr . tcp dport @seen drop'], 'delivered'],
  [
    [
      'add @seen { ip saddr . tcp dport }',
      'delete @seen { ip saddr . tcp dport }',
      'ip saddr . tcp dport @seen drop',
    ],
    'delivered',
  ],
  // A packet without the field: the rule that adds it ends there.
  [['add @seen { ip saddr . udp dport } drop', 'ip saddr . tcp dport @seen drop'], 'delivered'],
])('rules see what rules before them made of a set: %j', (rules, result) => {
  expect(results(nft(ruleset(...rules)))).toEqual([[result, 1, 1]]);
});

test('what a map holds for a key that was added is not known', () => {
  const rules = nft(ruleset('add @ports { ip saddr : 80 }', 'ct mark set ip saddr map @ports drop'));
  expect(walkTables(rules).map(({ result }) => result)).toContain('unknown');
});

test('lists of xt_recent hold a client from the moment it is put there', () => {
  const rules = (...lines: string[]): string =>
    `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${lines.map((line) => `-A FORWARD -m recent --name X ${line}\n`).join('')}COMMIT\n`;
  expect(results(iptables(rules('--rcheck -j DROP', '--set')))).toEqual([['delivered', 1, 1]]);
  expect(results(iptables(rules('--set', '--rcheck --seconds 60 -j DROP')))).toEqual([['dropped', 1, 1]]);
  expect(results(iptables(rules('--set', '--remove', '--rcheck -j DROP')))).toEqual([['delivered', 1, 1]]);
});

test('SET adds to an ipset', () => {
  const set = (type: string): IpSet => ({
    name: 's',
    type,
    family: 'inet',
    elements: indexElements([]),
    source: 'ipset',
    line: 1,
  });
  const rules = iptables(
    '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -j SET --add-set s src\n-A FORWARD -m set --match-set s src -j DROP\nCOMMIT\n',
  );
  expect(results(rules, {}, { ipsets: new Map([['s', set('hash:ip')]]) })).toEqual([['dropped', 1, 1]]);
  // The set chooses the prefix of what is added.
  expect(results(rules, {}, { ipsets: new Map([['s', set('hash:net')]]) })).toEqual([
    ['delivered', 0, 1],
    ['dropped', 0, 1],
  ]);
});
