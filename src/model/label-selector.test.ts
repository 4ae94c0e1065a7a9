import { describe, expect, it } from 'vitest';
import { formatLabelSelector, matchesLabelSelector, unmetConditions } from './label-selector.ts';

const frontends = {
  matchLabels: { app: 'web' },
  matchExpressions: [
    { key: 'tier', operator: 'In', values: ['front', 'edge'] },
    { key: 'canary', operator: 'DoesNotExist' },
    { key: 'zone', operator: 'NotIn', values: ['c'] },
    { key: 'team', operator: 'Exists' },
  ],
};

describe('label selectors', () => {
  it('match where every condition holds', () => {
    expect(matchesLabelSelector(frontends, { app: 'web', tier: 'edge', team: 'a', zone: 'b' })).toBe(true);
    expect(matchesLabelSelector(frontends, { app: 'web', tier: 'edge', team: 'a' })).toBe(true);
  });

  it('match everything where they are empty', () => {
    expect(matchesLabelSelector({}, { app: 'web' })).toBe(true);
    expect(matchesLabelSelector({})).toBe(true);
  });

  it('tell the conditions that do not hold', () => {
    expect(unmetConditions(frontends, { app: 'api', tier: 'back', zone: 'c', canary: '1' })).toEqual([
      'app=web',
      'tier in (front,edge)',
      '!canary',
      'zone notin (c)',
      'team',
    ]);
  });

  it('match nothing by an operator that the API does not know', () => {
    expect(
      matchesLabelSelector({ matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] }, { a: '2' }),
    ).toBe(false);
  });

  it('are written as kubectl takes them', () => {
    expect(formatLabelSelector(frontends)).toBe('app=web,tier in (front,edge),!canary,zone notin (c),team');
  });
});
