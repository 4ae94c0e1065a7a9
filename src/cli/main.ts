import { basename } from 'node:path';
import { run } from './run.ts';

// A reader that closes early (`plumb … | head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// The first Ctrl-C ends what is asked of the cluster, the second ends the program.
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    ending.abort();
    process.once(signal, () => process.exit(130));
  });
}

const isKubectlPlugin = basename(process.argv[1] ?? '').startsWith('kubectl-');

// Not process.exit: output to a pipe is still on its way.
void run({
  args: process.argv.slice(2),
  name: isKubectlPlugin ? 'kubectl plumb' : 'plumb',
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  signal: ending.signal,
}).then((exitCode) => {
  process.exitCode = exitCode;
});
