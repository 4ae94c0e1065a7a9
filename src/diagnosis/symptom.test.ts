import { describe, expect, it } from 'vitest';
import { promise, verified } from '../verify/verification-fixture.ts';
import { failingShare, stateOf } from './symptom.ts';

describe('stateOf', () => {
  it.each([
    [[1, 1], 'works'],
    [[0, 0], 'fails'],
    [[0.5, 0.5], 'partly'],
    [[0, 0.9], 'partly'],
    [[0, 1], 'unknown'],
    [[0.7, 1], 'unknown'],
  ] as const)('%j is %s', (works, state) => {
    expect(stateOf(verified(promise('node-a'), works))).toBe(state);
  });

  it('counts a refusal that the API asks for as failing, but not a list of allowed sources', () => {
    const refused = promise('node-a', { outcome: 'refuse', endpoints: [], deniedBy: 'no-endpoints' });
    const excluded = promise('node-a', {
      outcome: 'drop',
      endpoints: [],
      deniedBy: 'loadBalancerSourceRanges',
    });
    expect(stateOf(verified(refused, [1, 1]))).toBe('fails');
    expect(stateOf(verified(excluded, [0, 0]))).toBe('as-promised-denied');
  });
});

describe('failingShare', () => {
  it('gives every wanted path the same weight', () => {
    const paths = [
      verified(promise('node-a'), [1, 1]),
      verified(promise('node-b'), [0.5, 0.5]),
      verified(promise('node-c'), [0, 1]),
    ];
    const [min, max] = failingShare(paths);
    expect(min).toBeCloseTo(0.5 / 3);
    expect(max).toBeCloseTo(1.5 / 3);
  });
});
