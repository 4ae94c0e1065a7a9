import { describe, expect, it } from 'vitest';
import { repeatUntil } from './repeat-until.ts';

type Verdict = 'healthy' | 'broken';

/** Asks a Service that gives these verdicts, one after the other. */
async function repeat(verdicts: readonly Verdict[], how: Parameters<typeof repeatUntil>[1]) {
  const ending = new AbortController();
  const shown: Verdict[] = [];
  let asked = 0;
  const last = await repeatUntil(
    { signal: ending.signal },
    { pauseMs: 1, ...how },
    () => {
      const verdict = verdicts[asked++] ?? 'broken';
      if (asked === verdicts.length) ending.abort();
      return Promise.resolve({ verdict, causes: [], paths: [] });
    },
    ({ verdict }) => shown.push(verdict),
  );
  return { last: last.verdict, shown, asked };
}

describe('repeatUntil', () => {
  it('asks once where there is no time to wait', async () => {
    expect(await repeat(['broken', 'healthy'], { waitMs: 0 })).toEqual({
      last: 'broken',
      shown: ['broken'],
      asked: 1,
    });
  });

  it('waits until it is healthy, and shows that', async () => {
    const verdicts: Verdict[] = ['broken', 'broken', 'healthy', 'broken'];
    expect(await repeat(verdicts, { waitMs: 5000 })).toEqual({
      last: 'healthy',
      shown: ['healthy'],
      asked: 3,
    });
  });

  it('shows what stands when the time is up', async () => {
    const { last, shown } = await repeat(
      Array.from({ length: 1000 }, () => 'broken'),
      { waitMs: 20 },
    );
    expect([last, shown]).toEqual(['broken', ['broken']]);
  });

  it('watching shows each change once, until the user ends it', async () => {
    const verdicts: Verdict[] = ['broken', 'broken', 'healthy', 'healthy', 'broken'];
    // What the user ends is asked, and not answered in full.
    expect(await repeat(verdicts, { isWatch: true })).toEqual({
      last: 'healthy',
      shown: ['broken', 'healthy'],
      asked: 5,
    });
    expect(await repeat(['broken', 'healthy'], { waitMs: 5000 })).toMatchObject({ shown: ['broken'] });
    expect(await repeat(['healthy'], { isWatch: true })).toMatchObject({ shown: ['healthy'] });
  });
});
