import { expect, test } from 'vitest';
import { nft, walkTables } from './testing/walk-text.ts';

const results = (...rules: string[]) =>
  walkTables(
    nft(
      `table ip t {\n\tchain fwd {\n\t\ttype filter hook forward priority 0; policy accept;\n${rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n}\n`,
    ),
  ).map(({ result, probability }) => [result, ...probability]);

test.each([
  [['meta mark set tcp dport map { 80 : 0x1, 8080 : 0x2 }', 'meta mark 0x2 drop']],
  // A map without an element for the packet ends the rule.
  [['meta mark set tcp dport map { 80 : 0x1 } accept', 'meta mark 0x0 drop']],
  [['ct mark set 0x12', 'meta mark set ct mark & 0xf0 | 0x1', 'meta mark 0x11 drop']],
  [['meta mark set 0x12', 'ct mark set meta mark << 8', 'ct mark 0x1200 drop']],
  [['meta mark set 0x1234', 'meta mark 0x00001200/24 drop']],
])('%j drops', (rules) => {
  expect(results(...rules)).toEqual([['dropped', 1, 1]]);
});

test('a mark by chance has its share', () => {
  expect(results('meta mark set numgen random mod 4 offset 10', 'meta mark 11 drop')).toEqual([
    ['delivered', 0.75, 0.75],
    ['dropped', 0.25, 0.25],
  ]);
});

test('a mark by hash has any', () => {
  expect(results('meta mark set jhash ip saddr mod 4', 'meta mark 3 drop')).toEqual([
    ['delivered', 0, 1],
    ['dropped', 0, 1],
  ]);
});
