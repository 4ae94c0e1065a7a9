import { describe, expect, it } from 'vitest';
import { parseIp } from '../model/address.ts';
import { type SliceTarget, selectEndpoints } from './select-endpoints.ts';

const target = (last: number, more: Partial<SliceTarget> = {}): SliceTarget => ({
  address: parseIp(`10.244.0.${last}`) ?? 0,
  port: 8080,
  node: 'node-a',
  isReady: true,
  isServing: true,
  isTerminating: false,
  zones: [],
  hintedNodes: [],
  ...more,
});

const draining = { isReady: false, isServing: true, isTerminating: true } as const;
const last = (targets: readonly SliceTarget[]): number[] =>
  targets.map(({ address }) => Number(address) & 255);

describe('selectEndpoints', () => {
  it('prefers ready endpoints, and takes serving ones that terminate only where none is ready', () => {
    const { cluster, local } = selectEndpoints(
      [target(1, { node: 'node-b' }), target(2, draining)],
      'node-a',
      undefined,
    );
    expect(last(cluster)).toEqual([1]);
    expect(last(local)).toEqual([2]);
    expect(last(selectEndpoints([target(2, draining)], 'node-b', undefined).cluster)).toEqual([2]);
  });

  it('has nobody where endpoints are neither ready nor serving', () => {
    const { hasAny, cluster } = selectEndpoints(
      [target(1, { isReady: false, isServing: false })],
      'node-a',
      undefined,
    );
    expect([hasAny, cluster]).toEqual([false, []]);
  });

  it('follows zone hints only where every ready endpoint has one and one is ours', () => {
    const hinted = [target(1, { zones: ['za'] }), target(2, { zones: ['zb'] })];
    expect(last(selectEndpoints(hinted, 'n', 'za').cluster)).toEqual([1]);
    expect(last(selectEndpoints(hinted, 'n', 'zc').cluster)).toEqual([1, 2]);
    expect(last(selectEndpoints(hinted, 'n', undefined).cluster)).toEqual([1, 2]);
    expect(last(selectEndpoints([...hinted, target(3)], 'n', 'za').cluster)).toEqual([1, 2, 3]);
  });

  it('tries node hints before zone hints', () => {
    const hinted = [
      target(1, { zones: ['za'], hintedNodes: ['n'] }),
      target(2, { zones: ['za'], hintedNodes: ['m'] }),
    ];
    expect(last(selectEndpoints(hinted, 'n', 'za').cluster)).toEqual([1]);
    expect(last(selectEndpoints(hinted, 'x', 'za').cluster)).toEqual([1, 2]);
  });
});
