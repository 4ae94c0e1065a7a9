import { describe, expect, it } from 'vitest';
import type { Attempt, ClusterAccess } from './cluster-access.ts';
import { listObjects } from './list-objects.ts';

type Page = object | 'expired' | 'forbidden';

async function read(pages: (path: URL) => Page, early?: string) {
  const asked: string[] = [];
  const getJson: ClusterAccess['getJson'] = async (path, { onMore }): Promise<Attempt<unknown>> => {
    asked.push(path);
    await Promise.resolve();
    if (early !== undefined && !path.includes('continue')) onMore?.(early);
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

  it('asks for a page once where the one before tells of it early, while that is parsed', async () => {
    const events: string[] = [];
    const getJson: ClusterAccess['getJson'] = async (path, { onMore }) => {
      const page = Number(new URL(path, 'http://simulated').searchParams.get('continue') ?? 0);
      events.push(`asked ${page}`);
      await Promise.resolve();
      if (page < 2) onMore?.(String(page + 1));
      return { ok: true, value: { metadata: page < 2 ? { continue: String(page + 1) } : {}, items: [page] } };
    };
    const answer = await listObjects({ getJson }, '/api/v1/pods', { timeoutMs: 1000 }, ({ items }) => {
      events.push(`kept ${String(items)}`);
      return items;
    });
    expect(answer).toEqual({ ok: true, value: [[0], [1], [2]] });
    expect(events.indexOf('asked 1')).toBeLessThan(events.indexOf('kept 0'));
    expect(events.filter((event) => event.startsWith('asked'))).toEqual(['asked 0', 'asked 1', 'asked 2']);
  });

  it('does not take the word of a page that says otherwise in the end', async () => {
    const { names } = await read(
      (path) =>
        path.searchParams.get('continue') === 'b'
          ? { metadata: {}, items: ['two'] }
          : path.searchParams.has('continue')
            ? 'forbidden'
            : { metadata: { continue: 'b' }, items: ['one'] },
      'a',
    );
    expect(names).toEqual([['one'], ['two']]);
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
