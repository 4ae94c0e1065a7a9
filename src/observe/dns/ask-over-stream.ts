import { randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { DnsObservation } from '../../model/observation.ts';
import { decodeAnswer, encodeQuestion } from './dns-message.ts';

/** No answer over TCP is longer. */
const LONGEST = 65_537;

/** Asks a DNS server one question over an open stream, and closes it. A server that says nothing is a timeout; one that hangs up, a failure. */
export async function askOverStream(
  stream: Duplex,
  { name, type, timeoutMs }: { readonly name: string; readonly type: string; readonly timeoutMs: number },
): Promise<Pick<DnsObservation, 'outcome' | 'rcode' | 'records' | 'latencyMs' | 'error'>> {
  const id = randomInt(65_536);
  const started = performance.now();
  let bytes: Buffer = Buffer.alloc(0);
  const outcome = await new Promise<'whole' | 'timeout' | 'closed'>((resolve) => {
    const timer = setTimeout(() => resolve('timeout'), timeoutMs);
    const end = (how: 'whole' | 'closed') => (): void => {
      clearTimeout(timer);
      resolve(how);
    };
    stream.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if ((bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) || bytes.length > LONGEST)
        end('whole')();
    });
    stream.once('error', end('closed')).once('end', end('closed')).once('close', end('closed'));
    stream.write(encodeQuestion(name, type, id));
  });
  const latencyMs = Math.round(performance.now() - started);
  stream.removeAllListeners('error').on('error', () => undefined);
  stream.destroy();
  if (outcome === 'timeout') return { outcome: 'timeout' };
  const answer = outcome === 'whole' ? decodeAnswer(bytes, type, id) : undefined;
  if (answer === undefined)
    return { outcome: 'failed', error: outcome === 'closed' ? 'the server hung up' : 'no DNS answer' };
  return { outcome: 'answered', ...answer, latencyMs };
}
