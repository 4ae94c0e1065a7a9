import { describe, expect, it } from 'vitest';
import { matchesLabelQuery, parseLabelQuery } from './label-query.ts';

function matches(query: string, labels: Record<string, string>): boolean | undefined {
  const parsed = parseLabelQuery(query);
  return parsed && matchesLabelQuery(parsed, labels);
}

describe('label queries, as kubectl -l takes them', () => {
  it.each([
    ['a=b', { a: 'b' }, true],
    ['a==b', { a: 'b' }, true],
    ['a=b', { a: 'c' }, false],
    ['a=b', {}, false],
    ['a!=b', { a: 'c' }, true],
    ['a!=b', {}, true],
    ['a', { a: '' }, true],
    ['!a', { b: 'x' }, true],
    ['!a', { a: 'x' }, false],
    ['a in (b, c)', { a: 'c' }, true],
    ['a in (b,c),d=e', { a: 'c', d: 'e' }, true],
    ['a in (b,c),d=e', { a: 'c' }, false],
    ['a notin (b,c)', { a: 'd' }, true],
    ['a notin (b,c)', {}, true],
    ['a notin (b,c)', { a: 'b' }, false],
    ['app.kubernetes.io/name=web', { 'app.kubernetes.io/name': 'web' }, true],
  ] as const)('%s on %j: %s', (query, labels, expected) => {
    expect(matches(query, { ...labels })).toBe(expected);
  });

  it.each(['', 'a=b,', '=b', 'a in b', 'a=b=c', 'a b'])('%j is no query', (text) => {
    expect(parseLabelQuery(text)).toBeUndefined();
  });
});
