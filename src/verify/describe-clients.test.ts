import { describe, expect, it } from 'vitest';
import type { Vantage } from '../model/vantage.ts';
import { describeClients } from './describe-clients.ts';
import { client } from './verification-fixture.ts';

function at(...names: readonly string[]): Vantage[] {
  return names.map((name) => {
    const [kind, node = '', pod] = name.split(' ');
    return client(node, { kind: kind as Vantage['kind'], ...(pod === undefined ? {} : { pod }) });
  });
}

describe('describeClients', () => {
  it.each([
    [[], ''],
    [['pod a'], 'pods on a'],
    [['node a'], 'a'],
    [['pod a', 'node a', 'pod b', 'node b'], 'clients on a and b'],
    [['pod a', 'node a', 'pod b'], 'clients on a; pods on b'],
    [['pod a', 'pod a shop/web-1'], 'pods on a'],
    [['pod a shop/web-1'], 'pod shop/web-1 on a'],
    [['external a', 'external b', 'external c'], 'outside at a, b and c'],
    [['pod a', 'node a', 'external a'], 'clients on and outside at a'],
    [
      ['pod a', 'pod b', 'pod c', 'pod d', 'pod e', 'pod f', 'pod g'],
      'pods on a, b, c, d, e and 2 other nodes',
    ],
  ])('%j: %s', (clients, text) => {
    expect(describeClients(at(...clients))).toBe(text);
  });
});
