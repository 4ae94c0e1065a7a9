import { rename, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { UserError } from '../../model/user-error.ts';
import { manifestName, manifestOf } from '../../snapshot/manifest.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';

/**
 * Writes `snapshot` as a packed archive at `path`, which `readBundle` reads back as the same snapshot. It is whole or not
 * there: an archive that could not be finished is removed. Throws a `UserError` where `path` cannot be written.
 */
export async function writeBundle(path: string, snapshot: Snapshot): Promise<void> {
  const bytes = await promisify(gzip)(await tarOf(snapshot));
  const unfinished = `${path}.part`;
  try {
    await writeFile(unfinished, bytes);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UserError(`${path}: cannot be written (${code})`, 'give -o a file in a folder that is there');
  }
}

/** The manifest, then every source under its path. */
async function tarOf(snapshot: Snapshot): Promise<Buffer> {
  const tar = pack();
  // Times of the machine say nothing of the evidence, and equal snapshots should be equal files.
  const mtime = new Date(0);
  tar.entry({ name: manifestName, mtime }, `${JSON.stringify(manifestOf(snapshot), undefined, 2)}\n`);
  for (const { path, bytes } of snapshot.sources) tar.entry({ name: path, mtime }, Buffer.from(bytes));
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
