import { run } from './run.ts';

/** Runs one command line as a shell would, without a terminal; words are split at spaces. */
export async function plumb(
  line: string = '',
  env: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const exitCode = await run({
    args: line === '' ? [] : line.split(' '),
    name: 'plumb',
    env,
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    ...(signal === undefined ? {} : { signal }),
  });
  return { exitCode, ...written };
}
