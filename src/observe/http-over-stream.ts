import type { Duplex } from 'node:stream';

/** An answer as it came: the head (status line and headers, with its empty line) and the body. */
export interface StreamAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: Uint8Array;
  /** False where the stream ended early or more than `maxBytes` came. */
  readonly isComplete: boolean;
}

/**
 * GET of `path` over a stream that is open, HTTP/1.0 so that the answer ends with the stream. Undefined where nothing that is HTTP came
 * in time. The stream is closed afterwards. *Limits:* no redirects, no chunks.
 */
export async function getOverStream(
  stream: Duplex,
  path: string,
  { timeoutMs, maxBytes }: { readonly timeoutMs: number; readonly maxBytes: number },
): Promise<StreamAnswer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  const isWhole = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs);
    const end = (whole: boolean) => (): void => {
      clearTimeout(timer);
      resolve(whole);
    };
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) end(false)();
    });
    stream.once('end', end(true)).once('close', end(true)).once('error', end(false));
    stream.write(`GET ${path} HTTP/1.0\r\nHost: localhost\r\nAccept: */*\r\n\r\n`);
  });
  stream.removeAllListeners('error').on('error', () => undefined);
  stream.destroy();
  const bytes = Buffer.concat(chunks);
  const headEnd = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, headEnd < 0 ? 0 : headEnd + 4).toString('latin1');
  const status = /^HTTP\/1\.\d (\d{3})/.exec(head)?.[1];
  if (status === undefined) return undefined;
  const body = bytes.subarray(headEnd + 4);
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  return {
    status: Number(status),
    head,
    body,
    isComplete: isWhole && (length === undefined || body.length >= Number(length)),
  };
}
