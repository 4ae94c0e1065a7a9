import { describe, expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';

describe('nearestName', () => {
  it.each([
    ['crat', ['cart', 'web'], 'cart'],
    ['wbe', ['db', 'web'], 'web'],
    ['Cart', ['cart'], 'cart'],
    ['checkot', ['checkout', 'check'], 'checkout'],
    ['node-d', ['node-a', 'worker'], 'node-a'],
    ['front', ['frontend-service', 'web'], 'frontend-service'],
  ])('%s among %j is %s', (name, candidates, nearest) => {
    expect(nearestName(name, candidates)).toBe(nearest);
  });

  it.each([
    ['web', ['db', 'cache']],
    ['web', ['web']],
    ['web', []],
    ['', ['web']],
    ['w', ['web-1', 'web-2']],
  ])('%s among %j is nothing', (name, candidates) => {
    expect(nearestName(name, candidates)).toBeUndefined();
  });
});
