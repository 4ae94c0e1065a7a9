import { unzipSync } from 'fflate';
import { UserError } from '../../model/user-error.ts';
import { type BundleFile, limits, tooLarge } from './limits.ts';

/** Whether `bytes` begin as a zip archive that holds something. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/**
 * The files of a zip archive that are wanted by their path in it. Throws what `isWanted` throws, and UserError for an archive that is cut or unpacks to
 * more than the limits allow.
 */
export function readZip(path: string, bytes: Uint8Array, isWanted: (path: string) => boolean): BundleFile[] {
  let count = 0;
  let total = 0;
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (name.endsWith('/') || !isWanted(pathOf(name))) return false;
        count++;
        total += originalSize;
        if (originalSize > limits.fileBytes || total > limits.totalBytes || count > limits.files)
          throw tooLarge(path);
        return true;
      },
    });
    return Object.entries(files).map(([name, content]) => ({ path: pathOf(name), bytes: content }));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${path}: is no complete zip archive that can be read`,
      'copy it again, or give the unpacked folder',
    );
  }
}

/** Windows writes the other slash. */
function pathOf(name: string): string {
  return name.replaceAll('\\', '/').replace(/^\.\//, '');
}
