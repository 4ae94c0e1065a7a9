import { expect, it } from 'vitest';
import { joinNodes } from './join-nodes.ts';

const of = (...told: readonly (readonly [string, string])[]): string[] =>
  joinNodes(told.map(([node, summary]) => ({ node, summary }))).map(({ summary }) => summary);

it('says once what nodes share, with their list and the range of what was measured', () => {
  const stale = (node: string, seconds: number): [string, string] => [
    node,
    `${node} still sends to 10.244.2.31:8080; kube-proxy on ${node} has not synced for ${seconds} s`,
  ];
  expect(of(stale('node-c', 2461), stale('node-a', 2459), stale('node-b', 2460))).toEqual([
    'each of node-c, node-a and node-b still sends to 10.244.2.31:8080; kube-proxy there has not synced for 2459 to 2461 s',
  ]);
});

it('keeps what is said of one node, and what differs in more than the node', () => {
  expect(
    of(
      ['node-1', 'node-1 has no entry for 10.96.0.7:80/tcp'],
      ['node-10', 'node-10 has no entry for 10.96.0.8:80/tcp'],
      ['node-1.example', 'a sync of kube-proxy on node-1.example takes 9 s'],
    ),
  ).toEqual([
    'node-1 has no entry for 10.96.0.7:80/tcp',
    'node-10 has no entry for 10.96.0.8:80/tcp',
    'a sync of kube-proxy on node-1.example takes 9 s',
  ]);
});

it('takes no name for a part of another, and shortens long lists', () => {
  const nodes = Array.from({ length: 40 }, (_, index) => `node-${index}`);
  expect(of(...nodes.map((node): [string, string] => [node, `a sync on ${node} takes 8 s`]))).toEqual([
    'a sync on node-0, node-1, node-2, node-3, node-4 and 35 other nodes takes 8 s',
  ]);
});
