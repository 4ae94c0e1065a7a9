import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type Pack, pack } from 'tar-stream';
import { UserError } from '../../model/user-error.ts';
import { manifestName, manifestOf } from '../../snapshot/manifest.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';

/**
 * Writes `snapshot` as a packed archive at `path`, which `readBundle` reads back as the same snapshot, one source after the other: those that make their bytes when they are asked
 * for are never there all at once. It is whole or not there: an archive that could not be finished is removed. Throws a `UserError` where `path` cannot be written.
 */
export async function writeBundle(path: string, snapshot: Snapshot): Promise<void> {
  const unfinished = `${path}.part`;
  const tar = pack();
  try {
    fill(tar, snapshot).catch((error: unknown) => tar.destroy(error as Error));
    await pipeline(tar, createGzip(), createWriteStream(unfinished));
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UserError(`${path}: cannot be written (${code})`, 'give -o a file in a folder that is there');
  }
}

/** Puts into `tar` the manifest, then every source under its path, each when there is room. */
async function fill(tar: Pack, snapshot: Snapshot): Promise<void> {
  await add(tar, manifestName, Buffer.from(`${JSON.stringify(manifestOf(snapshot), undefined, 2)}\n`));
  for (const source of snapshot.sources) {
    const { buffer, byteOffset, byteLength } = source.bytes;
    await add(tar, source.path, Buffer.from(buffer, byteOffset, byteLength));
  }
  tar.finalize();
}

async function add(tar: Pack, name: string, content: Buffer): Promise<void> {
  // Times of the machine say nothing of the evidence, and equal snapshots should be equal files.
  const mtime = new Date(0);
  await new Promise<void>((resolve, reject) => {
    const entry = tar.entry({ name, mtime }, content, (error) => (error ? reject(error) : resolve()));
    entry.on('error', reject);
  });
}
