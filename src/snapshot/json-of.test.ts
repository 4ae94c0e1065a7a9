import { describe, expect, it } from 'vitest';
import { isMadeOfJson, jsonOf, sourceOfJson } from './json-of.ts';
import { textOf } from './snapshot.ts';

describe('sourceOfJson', () => {
  it('has the text of its value for whoever asks, and the value itself for the rest', () => {
    const value = { items: [{ metadata: { name: 'wéb' } }] };
    const source = sourceOfJson(value, { path: 'cluster/pods.json', kind: 'kubernetes' });
    expect(textOf(source)).toBe(JSON.stringify(value));
    expect(jsonOf(source)).toBe(value);
    expect(isMadeOfJson(source)).toBe(true);
  });

  it('is a source like any other once it is copied', () => {
    const source = { ...sourceOfJson({ a: 1 }, { path: 'a.json', kind: 'kubernetes' }), path: 'b.json' };
    expect(isMadeOfJson(source)).toBe(false);
    expect(jsonOf(source)).toEqual({ a: 1 });
  });
});
