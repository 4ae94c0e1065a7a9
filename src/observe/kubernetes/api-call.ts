import { type OutgoingHttpHeaders, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import type { AccessFailure, Attempt, Patience } from './cluster-access.ts';
import { failureOf, statusFailure } from './access-failure.ts';

/** How to reach and convince an API server. */
export interface ApiLink {
  readonly server: URL;
  /** TLS, credentials and agent of a request; asked anew where the server says that they have run out. */
  options(isRenewed: boolean): Promise<RequestOptions>;
  /** How long to wait before asking again a server that was not there, or that did not say how long. */
  readonly pauseMs: number;
}

/** One request. `path` begins with `/` and may carry a query. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

interface Answer {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  readonly body: Buffer;
}

/** Codes of connections that may come about the next time: the server restarts, or a balancer drops it. */
const PASSING = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'EAI_AGAIN']);
/** A server that asks for more patience than this is not waited for. */
const MOST_WAIT_MS = 10_000;
const MOST_TRIES = 4;

/**
 * Makes `call` and returns the body of a 2xx answer. A server that is busy (429, 503) is asked again after the time it names; a connection that broke is made
 * again where the call only reads. Never throws; ends when `patience` does, also where the server sends nothing or half an answer.
 */
export async function callApi(link: ApiLink, call: ApiCall, patience: Patience): Promise<Attempt<Buffer>> {
  const deadline = AbortSignal.timeout(patience.timeoutMs);
  const signal = patience.signal ? AbortSignal.any([patience.signal, deadline]) : deadline;
  let failure: AccessFailure = { kind: 'failed', message: 'not asked' };
  let isRenewed = false;
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    try {
      const answer = await send(link, call, await link.options(isRenewed), signal);
      if (answer.status >= 200 && answer.status < 300) return { ok: true, value: answer.body };
      failure = statusFailure(answer.status, answer.body);
      if (answer.status === 401 && !isRenewed) {
        isRenewed = true;
        continue;
      }
      if (answer.status !== 429 && answer.status !== 503) break;
      const pause = answer.retryAfterMs ?? link.pauseMs;
      if (pause > MOST_WAIT_MS) break;
      await wait(pause, undefined, { signal });
    } catch (error) {
      if (signal.aborted) return { ok: false, failure: ended(deadline, patience, failure) };
      failure = failureOf(error);
      const { code = '' } = error as NodeJS.ErrnoException;
      if (call.method !== 'GET' || !PASSING.has(code)) break;
      await wait(link.pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return { ok: false, failure };
}

function ended(deadline: AbortSignal, { timeoutMs }: Patience, before: AccessFailure): AccessFailure {
  if (!deadline.aborted) return { kind: 'cut', message: 'ended before the answer came' };
  const why = before.message === 'not asked' ? '' : ` (${before.message})`;
  return { kind: 'timeout', message: `no whole answer within ${timeoutMs / 1000} s${why}` };
}

async function send(
  { server }: ApiLink,
  { method, path, body }: ApiCall,
  options: RequestOptions,
  signal: AbortSignal,
): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const url = new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server);
  const headers = {
    accept: 'application/json',
    ...(options.headers as OutgoingHttpHeaders | undefined),
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  };
  return await new Promise<Answer>((resolve, reject) => {
    const make = url.protocol === 'http:' ? requestHttp : requestHttps;
    const request = make(url, { ...options, method, headers, signal }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        if (!response.complete)
          reject(Object.assign(new Error('the answer was cut'), { code: 'ECONNRESET' }));
        const seconds = Number(response.headers['retry-after']);
        resolve({
          status: response.statusCode ?? 0,
          retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
          body: Buffer.concat(chunks),
        });
      });
    });
    request.on('error', reject);
    request.end(text);
  });
}
