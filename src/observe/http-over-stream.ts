import { type IncomingMessage, request as requestHttp } from 'node:http';
import type { Duplex } from 'node:stream';

/** An answer as it came: the head (status line and headers, with its empty line) and the body. */
export interface StreamAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: Uint8Array;
  /** False where the stream ended early or more than `maxBytes` came. */
  readonly isComplete: boolean;
}

/** How long an answer may take and be. */
interface Bounds {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * GET of each of `paths` in turn over a stream that is open; undefined for those for which nothing that is HTTP came in time, or which came after a server had hung up. The stream is
 * closed afterwards. By HTTP/1.1, whose answers tell where they end: a forwarded port tells it a second late. *Source:* containerd 2.2 `internal/cri/server/sandbox_portforward_linux.go`.
 */
export async function getOverStream(
  stream: Duplex,
  paths: readonly string[],
  bounds: Bounds,
): Promise<(StreamAnswer | undefined)[]> {
  const answers: (StreamAnswer | undefined)[] = [];
  for (const [index, path] of paths.entries()) {
    const isOpen = stream.writable && (index === 0 || answers[index - 1]?.isComplete === true);
    const connection = index === paths.length - 1 ? 'close' : 'keep-alive';
    answers.push(isOpen ? await get(stream, path, connection, bounds) : undefined);
  }
  stream.removeAllListeners('error').on('error', () => undefined);
  stream.destroy();
  return answers;
}

async function get(
  stream: Duplex,
  path: string,
  connection: 'close' | 'keep-alive',
  { timeoutMs, maxBytes }: Bounds,
): Promise<StreamAnswer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  let response: IncomingMessage | undefined;
  const isWhole = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs);
    const end = (whole: boolean) => (): void => {
      clearTimeout(timer);
      resolve(whole);
    };
    const headers = { host: 'localhost', accept: '*/*', connection };
    const request = requestHttp({ path, headers, createConnection: () => stream });
    request.once('response', (given) => {
      response = given;
      given.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > maxBytes) end(false)();
      });
      // The stream is free for the next request once this one has closed.
      given.once('end', () => setImmediate(end(given.complete))).once('error', end(false));
    });
    request
      .on('error', end(false))
      .once('close', () => setImmediate(end(false)))
      .end();
  });
  if (response === undefined) return undefined;
  return {
    status: response.statusCode ?? 0,
    head: headOf(response),
    body: Buffer.concat(chunks),
    isComplete: isWhole,
  };
}

function headOf({ httpVersion, statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = [`HTTP/${httpVersion} ${statusCode} ${statusMessage}`];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
