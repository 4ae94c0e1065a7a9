import { describe, expect, it } from 'vitest';
import type { Attempt } from './cluster-access.ts';
import { listObjects } from './list-objects.ts';

type Page = object | 'expired' | 'forbidden';

async function read(pages: (path: URL) => Page) {
  const asked: string[] = [];
  const getJson = (path: string): Promise<Attempt<unknown>> => {
    asked.push(path);
    const page = pages(new URL(path, 'http://simulated'));
    if (typeof page === 'object') return Promise.resolve({ ok: true, value: page });
    return Promise.resolve({ ok: false, failure: { kind: page, message: page } });
  };
  const answer = await listObjects({ getJson }, '/api/v1/pods', { timeoutMs: 1000 }, ({ items }) => items);
  return {
    asked,
    names: answer.ok ? answer.value : answer.failure.kind,
  };
}

describe('listObjects', () => {
  it('follows the continuation to the end', async () => {
    const { asked, names } = await read(({ searchParams }) =>
      searchParams.get('continue') === null
        ? { metadata: { continue: 'a+b' }, items: ['one'] }
        : { metadata: {}, items: ['two'] },
    );
    expect(names).toEqual([['one'], ['two']]);
    expect(asked).toEqual(['/api/v1/pods?limit=500', '/api/v1/pods?limit=500&continue=a%2Bb']);
  });

  it('begins anew where the continuation is too old, in the end in one piece', async () => {
    const { asked, names } = await read(({ searchParams }) => {
      if (searchParams.get('continue') !== null) return 'expired';
      return { metadata: searchParams.has('limit') ? { continue: 'old' } : {}, items: ['all'] };
    });
    expect(names).toEqual([['all']]);
    expect(asked.at(-1)).toBe('/api/v1/pods');
  });

  it('returns nothing of a list that broke off: half a list proves nothing', async () => {
    const { names } = await read(({ searchParams }) =>
      searchParams.get('continue') === null ? { metadata: { continue: 'x' }, items: ['one'] } : 'forbidden',
    );
    expect(names).toBe('forbidden');
  });

  it('takes no answer for a list that is none', async () => {
    expect((await read(() => ({ hello: 'world' }))).names).toBe('failed');
  });
});
