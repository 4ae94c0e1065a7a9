import { randomBytes } from 'node:crypto';
import type {
  Attempt,
  ClusterAccess,
  ContainerName,
  ExecResult,
  Patience,
} from '../kubernetes/cluster-access.ts';
import { maxOutputBytes } from '../node/node-readings.ts';
import { atOnce } from './at-once.ts';

/** What a script printed; the exit code is not told, and standard error may hold that of others that ran beside it. */
export type ScriptOutput = Omit<ExecResult, 'exitCode'>;

/** A cluster in whose containers scripts can be run. */
export interface ShellAccess extends ClusterAccess {
  /** Runs `script` with the container's `sh`, beside those that others give for it at the same time. Needs create on pods/exec. */
  readonly runScript: (
    at: ContainerName,
    script: string,
    patience: Patience,
  ) => Promise<Attempt<ScriptOutput>>;
}

interface Waiting {
  readonly script: string;
  readonly patience: Patience;
  readonly resolve: (output: Attempt<ScriptOutput>) => void;
}

/** Words are sent in the address of a request, which proxies cut at 8 kB; some of it is the pod's name and what stands between scripts. */
const MOST_CHARACTERS = 7000;
/** Containers that are asked at the same time. */
const MOST_AT_ONCE = 16;

/**
 * `access` with scripts, those that are given for the same container in one turn of the event loop sharing an exec: the way through API server, kubelet and runtime
 * costs more than what most of them do. They run at once, and one that hangs costs the others time, not output.
 */
export function shareExecs(access: ClusterAccess): ShellAccess {
  const waiting = new Map<string, { readonly at: ContainerName; readonly scripts: Waiting[] }>();
  const queue: (() => Promise<void>)[] = [];
  let running = 0;
  const work = async (): Promise<void> => {
    running++;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next();
    running--;
  };
  const flush = (): void => {
    for (const { at, scripts } of waiting.values())
      for (const part of partsOf(scripts)) queue.push(async () => await runTogether(access, at, part));
    waiting.clear();
    const more = Math.min(MOST_AT_ONCE - running, queue.length);
    for (let worker = 0; worker < more; worker++) void work();
  };
  return {
    ...access,
    runScript: async (at, script, patience) =>
      await new Promise((resolve) => {
        if (waiting.size === 0) setImmediate(flush);
        const key = `${at.namespace}/${at.pod}/${at.container ?? ''}`;
        const { scripts } = waiting.get(key) ?? { scripts: [] as Waiting[] };
        // Indentation is for who reads the sources.
        scripts.push({ script: script.replaceAll(/\n +/g, '\n'), patience, resolve });
        waiting.set(key, { at, scripts });
      }),
  };
}

/** Those that fit into one request together. */
function partsOf(scripts: readonly Waiting[]): Waiting[][] {
  const parts: Waiting[][] = [];
  let room = 0;
  for (const each of scripts) {
    const size = new URLSearchParams([['', each.script]]).toString().length;
    if (size > room || parts.length === 0) {
      parts.push([]);
      room = MOST_CHARACTERS;
    }
    parts.at(-1)?.push(each);
    room -= size;
  }
  return parts;
}

async function runTogether(
  access: ClusterAccess,
  at: ContainerName,
  scripts: readonly Waiting[],
): Promise<void> {
  const marker = `@${randomBytes(8).toString('hex')}`;
  const framed = scripts.map(
    ({ script }, index) => `echo "${marker} ${index}"; ( ${script}\n); echo; echo "${marker} ${index} end"`,
  );
  const signals = scripts.flatMap(({ patience: { signal } }) => signal ?? []);
  const answer = await access.exec(at, ['sh', '-c', atOnce(framed)], {
    timeoutMs: Math.max(...scripts.map(({ patience }) => patience.timeoutMs)),
    maxBytes: maxOutputBytes,
    ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
  });
  for (const [index, { resolve }] of scripts.entries()) {
    if (answer.ok) resolve(outputOf(answer.value, marker, index));
    else resolve(answer);
  }
}

/** What stands between the marks of script `index`; what was cut before it began is a failure of it, too. */
function outputOf(
  { stdout, stderr, cutBy }: ExecResult,
  marker: string,
  index: number,
): Attempt<ScriptOutput> {
  const bytes = Buffer.from(stdout.buffer, stdout.byteOffset, stdout.byteLength);
  const head = Buffer.from(`${marker} ${index}\n`);
  const begin = bytes.indexOf(head);
  const failure = cutBy ?? { kind: 'cut' as const, message: 'the shell ended before it was done' };
  if (begin < 0) return { ok: false, failure };
  const from = begin + head.length;
  const end = bytes.indexOf(`\n${marker} ${index} end\n`, from);
  if (end < 0) return { ok: true, value: { stdout: bytes.subarray(from), stderr, cutBy: failure } };
  return { ok: true, value: { stdout: bytes.subarray(from, end), stderr } };
}
