import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { UserError } from '../user-error.ts';

/** What a finished command left: exit code (-1: killed by the time limit or a signal), standard output, standard error. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Settings of one command. `timeoutMs` kills it; `input` goes to standard input; `env` is added to the environment. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Everything waits this many times longer (`LAB_SLOW`), for an emulated machine. */
export const slow: number = Math.max(1, Number(process.env['LAB_SLOW'] ?? '1') || 1);

/** Runs a command to its end and returns what it left; never throws on a bad exit code. */
export function run(command: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const [file = '', ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const timer = setTimeout(() => child.kill('SIGKILL'), (options.timeoutMs ?? 60_000) * slow);
    child.stdout.on('data', (b: Buffer) => out.push(b));
    child.stderr.on('data', (b: Buffer) => err.push(b));
    child.stdin.on('error', () => undefined);
    child.on('error', (e) => {
      clearTimeout(timer);
      resolve({ code: 127, stdout: '', stderr: e.message });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({
        code: code ?? -1,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      });
    });
    child.stdin.end(options.input ?? '');
  });
}

/** Runs a command that must succeed and returns its standard output; throws a `UserError` with the decisive lines. */
export async function must(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const ran = await run(command, options);
  if (ran.code !== 0) {
    const lines = (ran.stderr.trim() || ran.stdout.trim()).split('\n').slice(-3).join(' | ');
    throw new UserError(`${command.slice(0, 6).join(' ')} ended with ${ran.code}: ${lines}`);
  }
  return ran.stdout;
}

/** Starts a component that outlives this process, its output in `logFile`. */
export function start(
  command: readonly string[],
  logFile: string,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const [file = '', ...args] = command;
  const fd = openSync(logFile, 'a');
  const child = spawn(file, args, {
    detached: true,
    stdio: ['ignore', fd, fd],
    env: { ...process.env, ...env },
  });
  closeSync(fd);
  child.on('error', () => undefined);
  child.unref();
  return child;
}

/** The last lines of a log that say what went wrong. */
export function decisiveLines(logFile: string): string {
  let text = '';
  try {
    text = readFileSync(logFile, 'utf8');
  } catch {
    return 'no log';
  }
  const lines = text.trim().split('\n');
  const loud = lines.filter((l) => /^[EF]\d{4}|error|fatal|panic|failed/iu.test(l));
  return (loud.length > 0 ? loud : lines)
    .slice(-3)
    .map((l) => l.slice(0, 300))
    .join(' | ');
}

/** Waits `ms` milliseconds, times `LAB_SLOW`. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms * slow));
}

/** Asks `probe` until it answers something other than undefined or false; throws a `UserError` naming `what` after the limit. */
export async function until<T>(
  what: string,
  limitMs: number,
  probe: () => Promise<T | undefined | false>,
  why: () => string = () => '',
): Promise<T> {
  const end = Date.now() + limitMs * slow;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end)
      throw new UserError(`${what}: not within ${(limitMs * slow) / 1000} s. ${why()}`.trim());
    await pause(250);
  }
}
