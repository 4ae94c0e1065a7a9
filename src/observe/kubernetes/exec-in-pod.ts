import { failureOf } from './access-failure.ts';
import type { ApiLink } from './api-call.ts';
import type { AccessFailure, Attempt, ContainerName, ExecResult, Patience } from './cluster-access.ts';
import { type Channel, openChannel } from './open-channel.ts';

const STREAM = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const;
/** What programs say of themselves when they fail is short. */
const MOST_STDERR = 65_536;

/** How a program is run. */
export interface ExecOptions extends Patience {
  readonly maxBytes: number;
  readonly stdin?: Uint8Array;
}

/** What the server says when the program has ended. *Source:* kubernetes v1.37 `apimachinery/pkg/util/remotecommand`. */
interface EndStatus {
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** Runs `argv` in a container by way of the API server. See `ClusterAccess.exec`. */
export async function execInPod(
  link: ApiLink,
  { namespace, pod, container }: ContainerName,
  argv: readonly string[],
  options: ExecOptions,
): Promise<Attempt<ExecResult>> {
  const query = new URLSearchParams(argv.map((word): [string, string] => ['command', word]));
  for (const stream of ['stdout', 'stderr', ...(options.stdin ? ['stdin'] : [])]) query.set(stream, 'true');
  if (container !== undefined) query.set('container', container);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec?${query.toString()}`;
  const channel = await openChannel(link, path, options);
  return channel.ok ? await listen(channel.value, options) : channel;
}

async function listen(
  { socket, signal, why }: Channel,
  { maxBytes, stdin }: ExecOptions,
): Promise<Attempt<ExecResult>> {
  const stdout: Buffer[] = [];
  let bytes = 0;
  let stderr = '';
  return await new Promise<Attempt<ExecResult>>((resolve) => {
    const end = (answer: Attempt<ExecResult>): void => {
      signal.removeEventListener('abort', abort);
      resolve(answer);
      socket.terminate();
    };
    const result = (exitCode: number, cutBy?: AccessFailure): void =>
      end({
        ok: true,
        value: { exitCode, stdout: Buffer.concat(stdout), stderr, ...(cutBy ? { cutBy } : {}) },
      });
    const refuse = (failure: AccessFailure): void => end({ ok: false, failure });
    const fail = (failure: AccessFailure): void => (bytes > 0 ? result(-1, failure) : refuse(failure));
    const abort = (): void => fail(why());
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (error) => fail(failureOf(error)));
    socket.on('close', () => fail({ kind: 'cut', message: 'the stream ended before the program did' }));
    socket.on('message', (data: Buffer) => {
      const [stream] = data;
      const rest = data.subarray(1);
      if (stream === STREAM.stdout) {
        bytes += rest.length;
        stdout.push(bytes > maxBytes ? rest.subarray(0, rest.length - (bytes - maxBytes)) : rest);
        if (bytes > maxBytes)
          result(-1, { kind: 'cut', message: `it printed more than ${maxBytes / 1e6} MB` });
      } else if (stream === STREAM.stderr && stderr.length < MOST_STDERR) stderr += rest.toString();
      else if (stream === STREAM.status) {
        const status = readStatus(rest);
        if (typeof status === 'number') result(status);
        else refuse(status);
      }
    });
    socket.resume();
    if (stdin) {
      socket.send(Buffer.concat([Buffer.from([STREAM.stdin]), stdin]));
      if (socket.protocol === 'v5.channel.k8s.io') socket.send(Buffer.from([STREAM.close, STREAM.stdin]));
    }
  });
}

/** The exit code, or why the program was not run. */
function readStatus(bytes: Buffer): number | AccessFailure {
  let status: EndStatus;
  try {
    status = JSON.parse(bytes.toString()) as EndStatus;
  } catch {
    return { kind: 'cut', message: 'the end of the stream is unreadable' };
  }
  if (status.status === 'Success') return 0;
  const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (status.reason === 'NonZeroExitCode' && code !== undefined) return Number(code);
  const { message = 'the runtime gave no reason' } = status;
  const isMissing = /executable file not found|no such file or directory/.test(message);
  return { ...failureOf(new Error(message)), kind: isMissing ? 'no-program' : 'failed' };
}
