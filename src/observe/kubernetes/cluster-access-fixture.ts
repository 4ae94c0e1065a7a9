import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { type ShellAccess, shareExecs } from '../shell/share-execs.ts';
import type { AccessFailure, Attempt, ContainerName, ExecResult, Patience } from './cluster-access.ts';

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
  | {
      readonly stdout?: string | Uint8Array;
      readonly stderr?: string;
      readonly exitCode?: number;
      readonly cutBy?: AccessFailure;
    }
  | 'no-program'
  | 'forbidden'
  | 'hang'
  | 'drop';

/** For tests: what comes of running words in an image that has this machine's shell, and these programs, by their scripts, before its own. */
export function runWith(programs: Readonly<Record<string, string>>, argv: readonly string[]): FakeRun {
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  for (const [name, script] of Object.entries(programs))
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env['PATH']}` };
  const [program = '', ...words] = argv;
  return { stdout: execFileSync(program, words, { env, stdio: ['ignore', 'pipe', 'ignore'] }) };
}

/** For tests: a cluster that keeps the contract of `ClusterAccess` over real streams, with pods that were made and not removed in `left`. */
export function fakeAccess(
  fake: FakeCluster,
): ShellAccess & { readonly left: Map<string, object>; open: number } {
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
          ...(stdout.length > options.maxBytes
            ? { cutBy: { kind: 'cut' as const, message: 'it printed too much' } }
            : {}),
          ...(ran.cutBy ? { cutBy: ran.cutBy } : {}),
        },
      };
    },
    forwardPorts: (at: ContainerName, ports: readonly number[]): Promise<Attempt<readonly Duplex[]>> => {
      const servers = ports.map((port) => fake.serve?.(at, port));
      if (servers.includes(undefined)) return Promise.resolve(forbidden);
      const streams = servers.map((server) => {
        access.open++;
        const stream: Duplex = new Duplex({
          read: () => undefined,
          write: (chunk: Buffer, _encoding, done) => {
            server?.(chunk, stream);
            done();
          },
          destroy: (_error, done) => {
            access.open--;
            done(null);
          },
        });
        return stream;
      });
      return Promise.resolve({ ok: true, value: streams });
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
  return Object.assign(access, { runScript: shareExecs(access).runScript });
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
