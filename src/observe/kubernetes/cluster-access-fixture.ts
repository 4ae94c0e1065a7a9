import { Duplex } from 'node:stream';
import type { Attempt, ClusterAccess, ContainerName, ExecResult, Patience } from './cluster-access.ts';

/** For tests: what a fake cluster does; what is not given is forbidden. */
export interface FakeCluster {
  readonly exec?: (
    at: ContainerName,
    argv: readonly string[],
    stdin: Uint8Array | undefined,
  ) => FakeRun | Promise<FakeRun>;
  /** The server behind a port: takes what the client sends, returns what it sends back; undefined closes without a word. */
  readonly serve?: (
    at: ContainerName,
    port: number,
  ) => ((request: Buffer, stream: Duplex) => void) | undefined;
  readonly log?: (at: ContainerName, isPrevious: boolean) => string | undefined;
  readonly get?: (path: string) => unknown;
}

/** For tests: what a program prints, or how running it fails. `hang` never ends. */
export type FakeRun =
  | { readonly stdout?: string | Uint8Array; readonly stderr?: string; readonly exitCode?: number }
  | 'no-program'
  | 'forbidden'
  | 'hang'
  | 'drop';

/** For tests: a cluster that keeps the contract of `ClusterAccess` over real streams, with pods that were made and not removed in `left`. */
export function fakeAccess(
  fake: FakeCluster,
): ClusterAccess & { readonly left: Map<string, object>; open: number } {
  const forbidden = failed('forbidden', 'forbidden');
  const left = new Map<string, object>();
  const access = {
    left,
    open: 0,
    getJson: (path: string): Promise<Attempt<unknown>> => {
      const own = [...left].find(([key]) => path.endsWith(`/pods/${key.split('/')[1]}`))?.[1];
      const value = fake.get?.(path) ?? own;
      return Promise.resolve(
        value === undefined ? failed('not-found', `${path} not found`) : { ok: true, value },
      );
    },
    exec: async (
      at: ContainerName,
      argv: readonly string[],
      options: Patience & { maxBytes: number; stdin?: Uint8Array },
    ): Promise<Attempt<ExecResult>> => {
      const ran = await fake.exec?.(at, argv, options.stdin);
      if (ran === undefined || ran === 'forbidden') return forbidden;
      if (ran === 'no-program')
        return failed('no-program', `exec: "${argv[0]}": executable file not found in $PATH`);
      if (ran === 'drop') return failed('cut', 'the connection was closed in the middle');
      if (ran === 'hang') return await untilOver(options);
      const stdout = Buffer.from(ran.stdout ?? '');
      return {
        ok: true,
        value: {
          exitCode: ran.exitCode ?? 0,
          stdout: stdout.subarray(0, options.maxBytes),
          stderr: ran.stderr ?? '',
          isCut: stdout.length > options.maxBytes,
        },
      };
    },
    portForward: (at: ContainerName, port: number): Promise<Attempt<Duplex>> => {
      const server = fake.serve?.(at, port);
      if (server === undefined) return Promise.resolve(forbidden);
      access.open++;
      const stream: Duplex = new Duplex({
        read: () => undefined,
        write: (chunk: Buffer, _encoding, done) => {
          server(chunk, stream);
          done();
        },
        destroy: (_error, done) => {
          access.open--;
          done(null);
        },
      });
      return Promise.resolve({ ok: true, value: stream });
    },
    log: (
      at: ContainerName,
      { isPrevious = false }: { isPrevious?: boolean },
    ): Promise<Attempt<Uint8Array>> => {
      const text = fake.log?.(at, isPrevious);
      return Promise.resolve(text === undefined ? forbidden : { ok: true, value: Buffer.from(text) });
    },
    createPod: (namespace: string, pod: object): Promise<Attempt<unknown>> => {
      const { name } = (pod as { metadata: { name: string } }).metadata;
      const running = { phase: 'Running', containerStatuses: [{ name: 'debug', state: { running: {} } }] };
      left.set(`${namespace}/${name}`, { status: running, ...pod });
      return Promise.resolve({ ok: true, value: pod });
    },
    deletePod: (namespace: string, name: string): Promise<Attempt<undefined>> => {
      left.delete(`${namespace}/${name}`);
      return Promise.resolve({ ok: true, value: undefined });
    },
  };
  return access;
}

function failed(
  kind: 'forbidden' | 'no-program' | 'cut' | 'not-found' | 'timeout',
  message: string,
): Attempt<never> {
  return { ok: false, failure: { kind, message } };
}

async function untilOver({ timeoutMs, signal }: Patience): Promise<Attempt<never>> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return failed('timeout', `no answer in ${timeoutMs} ms`);
}
