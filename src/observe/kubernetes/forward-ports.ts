import { Duplex } from 'node:stream';
import { failureOf } from './access-failure.ts';
import type { ApiLink } from './api-call.ts';
import type { Attempt, ContainerName, Patience } from './cluster-access.ts';
import { openChannel } from './open-channel.ts';

/** Byte streams to `ports` of a pod over one connection. See `ClusterAccess.forwardPorts`. *Source:* kubernetes v1.37 `kubelet/pkg/cri/streaming/portforward/websocket.go`. */
export async function forwardPorts(
  link: ApiLink,
  { namespace, pod }: ContainerName,
  ports: readonly number[],
  patience: Patience,
): Promise<Attempt<readonly Duplex[]>> {
  const query = ports.map((port) => `ports=${port}`).join('&');
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/portforward?${query}`;
  const channel = await openChannel(link, path, patience);
  if (!channel.ok) return channel;
  const { socket, signal, why } = channel.value;
  let open = ports.length;
  const streams = ports.map(
    (_, index) =>
      new Duplex({
        read: () => undefined,
        write: (chunk: Buffer, _encoding, done) => {
          socket.send(Buffer.concat([Buffer.from([2 * index]), chunk]), done);
        },
        destroy: (error, done) => {
          open--;
          if (open === 0) socket.terminate();
          done(error);
        },
      }),
  );
  // It may break before whoever asked for it listens.
  for (const stream of streams) stream.on('error', () => undefined);
  const breakAll = (message: string): void => {
    for (const stream of streams) stream.destroy(new Error(message));
  };
  const abort = (): void => breakAll(why().message);
  signal.addEventListener('abort', abort, { once: true });
  socket.on('error', (error) => breakAll(failureOf(error).message));
  socket.on('close', () => {
    signal.removeEventListener('abort', abort);
    for (const stream of streams) stream.push(null);
  });
  // Channels go in pairs: what the port says, and why it could not be reached. The first message of each is only the port's number.
  const begun = new Set<number>();
  socket.on('message', (data: Buffer) => {
    const [number = -1] = data;
    const stream = streams[number >> 1];
    if (stream === undefined || !begun.has(number)) begun.add(number);
    else if (number % 2 === 0) stream.push(data.subarray(1));
    else stream.destroy(new Error(failureOf(new Error(data.subarray(1).toString())).message));
  });
  socket.resume();
  return { ok: true, value: streams };
}
