import { expect, it } from 'vitest';
import { readNodeStates } from './read-node-states.ts';

const entry =
  'udp 17 29 src=10.0.0.1 dst=10.96.0.1 sport=1 dport=53 src=10.244.0.2 dst=10.0.0.1 sport=53 dport=1\n';
const part = (...words: readonly string[]) => `# conntrack -L | grep -Fw -e ${words.join(' -e ')}\n${entry}`;
const partOf = (...listings: readonly string[]) =>
  readNodeStates(
    listings.map((text, index) => ({
      path: `nodes/node-a/conntrack${index}.txt`,
      kind: 'conntrack',
      node: 'node-a',
      bytes: new TextEncoder().encode(text),
    })),
  ).states.get('node-a')?.conntrackPart;

it('knows of several listings in part only what all of them list, and everything where one is whole', () => {
  expect(partOf(part('a', 'b'))).toEqual(new Set(['a', 'b']));
  expect(partOf(part('a', 'b'), part('b', 'c'))).toEqual(new Set(['b']));
  expect(partOf(part('a', 'b'), entry)).toBeUndefined();
  expect(partOf(entry, part('a', 'b'))).toBeUndefined();
});
