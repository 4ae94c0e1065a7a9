import { Duplex } from 'node:stream';
import { failureOf } from './access-failure.ts';
import type { ApiLink } from './api-call.ts';
import type { Attempt, ContainerName, Patience } from './cluster-access.ts';
import { openChannel } from './open-channel.ts';

const STREAM = { data: 0, error: 1 } as const;

/** A byte stream to `port` of a pod. See `ClusterAccess.portForward`. */
export async function forwardPort(
  link: ApiLink,
  { namespace, pod }: ContainerName,
  port: number,
  patience: Patience,
): Promise<Attempt<Duplex>> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward?ports=${port}`;
  const channel = await openChannel(link, path, patience);
  if (!channel.ok) return channel;
  const { socket, signal, why } = channel.value;
  // The first message of each stream is only the port's number.
  const begun = new Set<number>();
  const duplex = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      socket.send(Buffer.concat([Buffer.from([STREAM.data]), chunk]), done);
    },
    final: (done) => done(),
    destroy: (error, done) => {
      socket.terminate();
      done(error);
    },
  });
  const abort = (): void => void duplex.destroy(new Error(why().message));
  signal.addEventListener('abort', abort, { once: true });
  socket.on('error', (error) => duplex.destroy(new Error(failureOf(error).message)));
  socket.on('close', () => {
    signal.removeEventListener('abort', abort);
    duplex.push(null);
  });
  socket.on('message', (data: Buffer) => {
    const [stream = -1] = data;
    if (!begun.has(stream)) {
      begun.add(stream);
      return;
    }
    if (stream === STREAM.data) duplex.push(data.subarray(1));
    else duplex.destroy(new Error(failureOf(new Error(data.subarray(1).toString())).message));
  });
  socket.resume();
  return { ok: true, value: duplex };
}
