import type { Host } from '../host.ts';
import type { CaptureOptions } from '../options.ts';
import { readEvidence } from '../read-evidence.ts';

/** `plumb capture`: what `--from` names as one archive, without secrets, to analyse elsewhere. Returns the exit code. */
export async function capture(host: Host, options: CaptureOptions): Promise<number> {
  const snapshot = await readEvidence(host, options);
  const { writeBundle } = await import('../../observe/bundle/write-bundle.ts');
  await writeBundle(options.output, snapshot);
  const nodes = new Set(snapshot.sources.flatMap(({ node }) => node ?? [])).size;
  host.stdout.write(
    `${options.output}: ${snapshot.sources.length} sources of ${nodes} nodes, without secrets\n`,
  );
  return 0;
}
