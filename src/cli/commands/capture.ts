import { randomBytes } from 'node:crypto';
import { UserError } from '../../model/user-error.ts';
import type { Snapshot, Source } from '../../snapshot/snapshot.ts';
import type { Host } from '../host.ts';
import type { CaptureOptions } from '../options.ts';
import { parseService } from '../parse-service.ts';
import { defaultNamespace } from '../open-cluster.ts';
import { exitCodeOf } from '../../report/exit-code.ts';
import { readEvidence } from '../read-evidence.ts';

/**
 * `plumb capture`: what a question about `service` (or all) needs, as one archive, without secrets, to analyse elsewhere; with `--script` the script
 * that reads a node. Returns the exit code: 2 where the user ended it before all was read.
 */
export async function capture(
  host: Host,
  service: string | undefined,
  options: CaptureOptions,
): Promise<number> {
  if (options.script === true) {
    const { captureScript } = await import('../../observe/node/script/capture-script.ts');
    host.stdout.write(captureScript(options.node === undefined ? {} : { node: options.node }));
    return 0;
  }
  if (options.allNamespaces === true && (service !== undefined || options.namespace !== undefined))
    throw new UserError('-A excludes a Service and -n', 'leave one of them out');
  if (options.output === undefined)
    throw new UserError('it is not said where to write', 'give -o FILE, such as -o shop.tgz, or --script');
  const before = options.resume === undefined ? {} : { before: await nodesOf(options.resume) };
  const subject = await subjectOf(host, service, options);
  const read = await readEvidence(host, options, subject, { isPacked: true, ...before });
  const snapshot = options.pseudonyms === true ? await underPseudonyms(read) : read;
  const { writeBundle } = await import('../../observe/bundle/write-bundle.ts');
  await writeBundle(options.output, snapshot);
  const nodes = new Set(snapshot.sources.flatMap(({ node }) => node ?? [])).size;
  host.stdout.write(
    `${options.output}: ${snapshot.sources.length} sources of ${nodes} nodes, without secrets\n`,
  );
  if (host.signal?.aborted !== true) return 0;
  host.stderr.write(
    `${host.name}: ended before all was read; with --resume ${options.output} another capture reads the rest\n`,
  );
  return exitCodeOf('unknown');
}

/** What an earlier archive has of nodes that it has whole; the lists of objects in it are passed over, which are read anew. */
async function nodesOf(path: string): Promise<ReadonlyMap<string, readonly Source[]>> {
  const { readBundle } = await import('../../observe/bundle/read-bundle.ts');
  const { readBefore } = await import('../../observe/node/read-before.ts');
  return readBefore(
    await readBundle([path], { isWanted: (file) => !/(^|\/)cluster\//.test(file) }),
    new Date(),
  );
}

/** A new seed each time: who has the archive cannot try names until one fits. */
async function underPseudonyms(snapshot: Snapshot): Promise<Snapshot> {
  const { pseudonymise } = await import('../../pseudonyms/pseudonymise.ts');
  return pseudonymise(snapshot, randomBytes(16).toString('hex'));
}

async function subjectOf(
  host: Host,
  service: string | undefined,
  options: CaptureOptions,
): Promise<{ namespace?: string; service?: string }> {
  const { namespace } = options;
  if (service === undefined) return namespace === undefined ? {} : { namespace };
  const named = parseService(service);
  return {
    namespace: named.namespace ?? namespace ?? (await defaultNamespace(host, options)),
    service: named.name,
  };
}
