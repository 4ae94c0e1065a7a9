import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { UserError } from '../../model/user-error.ts';
import { type BundleFile, limits, tooLarge } from './limits.ts';
import { isZip, readZip } from './read-zip.ts';

/**
 * The files of a tar archive, packed by gzip or not, or of a zip archive, that are wanted by their path in it. Nothing is written to disk, and links are passed over. Throws UserError
 * for an archive that is cut or none, has absolute or `..` paths, or unpacks to more than the limits allow.
 */
export async function readArchive(
  path: string,
  bytes: Uint8Array,
  isWanted: (path: string) => boolean,
): Promise<BundleFile[]> {
  const isKept = (name: string): boolean => {
    refuseUnsafe(path, name);
    return isWanted(name);
  };
  return stripTopFolder(isZip(bytes) ? readZip(path, bytes, isKept) : await readTar(path, bytes, isKept));
}

async function readTar(
  path: string,
  bytes: Uint8Array,
  isWanted: (path: string) => boolean,
): Promise<BundleFile[]> {
  const files: BundleFile[] = [];
  let total = 0;
  const tar = extract();
  const input = Readable.from([bytes]);
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (isPacked) input.pipe(createGunzip().on('error', (error) => tar.destroy(error))).pipe(tar);
  else input.pipe(tar);
  try {
    for await (const entry of tar) {
      const { name, type } = entry.header;
      const isKept = isWanted(name) && type === 'file';
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of entry as AsyncIterable<Uint8Array>) {
        size += chunk.length;
        total += chunk.length;
        if (size > limits.fileBytes || total > limits.totalBytes || files.length >= limits.files)
          throw tooLarge(path);
        if (isKept) chunks.push(chunk);
      }
      if (isKept) files.push({ path: name.replace(/^\.\//, ''), bytes: Buffer.concat(chunks) });
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const why = error instanceof Error ? error.message : 'unknown error';
    throw new UserError(
      `${path}: is no complete tar archive (${why})`,
      'copy it again, or give the unpacked folder',
    );
  }
  return files;
}

function refuseUnsafe(path: string, name: string): void {
  if (name.startsWith('/') || name.split('/').includes('..') || name.includes('\0')) {
    throw new UserError(
      `${path}: holds the path ${name}`,
      'make the archive inside the folder, with relative paths',
    );
  }
}

/** An archive of one folder is that folder. */
function stripTopFolder(files: readonly BundleFile[]): BundleFile[] {
  const [top] = files[0]?.path.split('/') ?? [];
  if (top === undefined || ['nodes', 'cluster', 'pods'].includes(top)) return [...files];
  if (!files.every(({ path }) => path.startsWith(`${top}/`))) return [...files];
  return files.map(({ path, bytes }) => ({ path: path.slice(top.length + 1), bytes }));
}
