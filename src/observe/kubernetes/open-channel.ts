import type { IncomingMessage } from 'node:http';
import WebSocket from 'ws';
import { failureOf, statusFailure } from './access-failure.ts';
import type { ApiLink } from './api-call.ts';
import type { AccessFailure, Attempt, Patience } from './cluster-access.ts';

/** Newest first: v5 can close standard input alone. *Source:* kubernetes v1.37 `apimachinery/pkg/util/remotecommand/constants.go`. */
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** A WebSocket of the API server on which several byte streams run, each message beginning with its stream's number. */
export interface Channel {
  /** Paused: call `resume` once somebody listens. */
  readonly socket: WebSocket;
  /** Fires when the patience of whoever opened it is over. */
  readonly signal: AbortSignal;
  /** Why the patience is over. */
  readonly why: () => AccessFailure;
}

/** Opens the channel at `path`. A refusal is a failure with what the server said. */
export async function openChannel(
  link: ApiLink,
  path: string,
  { timeoutMs, signal: given }: Patience,
): Promise<Attempt<Channel>> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = given ? AbortSignal.any([given, deadline]) : deadline;
  const why = (): AccessFailure =>
    deadline.aborted
      ? { kind: 'timeout', message: `not done within ${timeoutMs / 1000} s` }
      : { kind: 'cut', message: 'ended before it was done' };
  let options;
  try {
    options = await link.options(false);
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
  const url = new URL(`${link.server.pathname.replace(/\/$/, '')}${path}`, link.server);
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  const socket = new WebSocket(url, PROTOCOLS, { ...(options as WebSocket.ClientOptions), maxPayload: 0 });
  return await new Promise<Attempt<Channel>>((resolve) => {
    const fail = (failure: AccessFailure): void => {
      resolve({ ok: false, failure });
      socket.terminate();
    };
    // After the promise is settled this only keeps a late error from being nobody's; ending it before it stands is one.
    socket.on('error', (error) => fail(failureOf(error)));
    const abort = (): void => fail(why());
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    socket.once('unexpected-response', (_request, response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      const refusal = (): AccessFailure => statusFailure(response.statusCode ?? 0, Buffer.concat(chunks));
      // A whole answer frees its connection: ending that would end the request that comes next on it.
      response.on('end', () => {
        signal.removeEventListener('abort', abort);
        resolve({ ok: false, failure: refusal() });
      });
      response.on('close', () => {
        if (!response.complete) fail(refusal());
      });
    });
    socket.once('open', () => {
      signal.removeEventListener('abort', abort);
      // The first messages may be here already, and nobody listens yet: whoever does resumes.
      socket.pause();
      resolve({ ok: true, value: { socket, signal, why } });
    });
  });
}
