import { afterEach, describe, expect, it } from 'vitest';
import { callApi } from './api-call.ts';
import { type Answer, type SimulatedServer, respond, startApiServer, status } from './api-server-fixture.ts';

let server: SimulatedServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function get(answer: Answer, timeoutMs = 1000, signal?: AbortSignal) {
  server = await startApiServer(answer);
  const patience = { timeoutMs, ...(signal ? { signal } : {}) };
  return await callApi(server.link, { method: 'GET', path: '/api/v1/nodes' }, patience);
}

describe('callApi', () => {
  it('returns what the server sends', async () => {
    const answer = await get(() => ({ items: [] }));
    expect(answer.ok && answer.value.toString()).toBe('{"items":[]}');
  });

  it.each([
    [403, 'forbidden'],
    [401, 'forbidden'],
    [404, 'not-found'],
    [410, 'expired'],
    [500, 'failed'],
  ])('%i is %s, in the words of the Status', async (code, kind) => {
    const answer = await get((_request, response) =>
      respond(response, code, status(code, 'nodes is forbidden')),
    );
    expect(answer).toEqual({ ok: false, failure: { kind, message: 'nodes is forbidden' } });
  });

  it('asks for new credentials once where the old ones have run out', async () => {
    const renewals: boolean[] = [];
    server = await startApiServer((_request, response) =>
      renewals.at(-1) ? {} : respond(response, 401, status(401, 'Unauthorized')),
    );
    const link = {
      ...server.link,
      options: (isRenewed: boolean) => {
        renewals.push(isRenewed);
        return Promise.resolve({ agent: false as const });
      },
    };
    expect((await callApi(link, { method: 'GET', path: '/' }, { timeoutMs: 1000 })).ok).toBe(true);
    expect(renewals).toEqual([false, true]);
  });

  it('asks a busy server again, and gives up where it asks for too much patience', async () => {
    let busy = 2;
    const answer = await get((_request, response) =>
      busy-- > 0 ? respond(response, 429, status(429, 'busy'), { 'retry-after': '0' }) : { ok: 1 },
    );
    expect(answer.ok).toBe(true);
    expect(server?.asked).toHaveLength(3);
    await server?.stop();
    const refused = await get((_request, response) =>
      respond(response, 429, status(429, 'busy'), { 'retry-after': '3600' }),
    );
    expect(refused).toEqual({ ok: false, failure: { kind: 'failed', message: 'busy' } });
    expect(server?.asked).toHaveLength(1);
  });

  it('reads again what a server that restarts broke off', async () => {
    let isFirst = true;
    const answer = await get((_request, response) => {
      if (!isFirst) return { ok: 1 };
      isFirst = false;
      response.writeHead(200, { 'content-length': '1000' }).write('{"half":');
      response.destroy();
      return 'handled';
    });
    expect(answer.ok).toBe(true);
  });

  it('ends in time where a server is silent, or sends half and stops', async () => {
    const silent = await get(() => 'handled', 50);
    expect(silent).toMatchObject({ ok: false, failure: { kind: 'timeout' } });
    await server?.stop();
    const half = await get((_request, response) => {
      response.writeHead(200).write('{"items":[');
      return 'handled';
    }, 50);
    expect(half).toMatchObject({
      ok: false,
      failure: { kind: 'timeout', message: 'no whole answer within 0.05 s' },
    });
  });

  it('ends where the user wants it to', async () => {
    const ending = new AbortController();
    const answer = await get(
      () => {
        ending.abort();
        return 'handled';
      },
      1000,
      ending.signal,
    );
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'cut' } });
  });

  it('says where nobody listens', async () => {
    server = await startApiServer(() => ({}));
    const { link } = server;
    await server.stop();
    const answer = await callApi(link, { method: 'GET', path: '/' }, { timeoutMs: 1000 });
    expect(answer).toMatchObject({ ok: false, failure: { kind: 'unreachable' } });
  });

  it('repeats no secret that a server sends back', async () => {
    const token = `Bearer ${'a1'.repeat(20)}`;
    const answer = await get((_request, response) => respond(response, 403, status(403, `bad ${token}`)));
    expect(JSON.stringify(answer)).not.toContain('a1a1a1');
  });
});
