import { inflateRawSync } from 'node:zlib';
import { UserError } from '../../model/user-error.ts';
import { type BundleFile, limits, tooLarge } from './limits.ts';

/** Signatures and sizes in bytes of what a zip archive is made of. *Source:* PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16. */
const END = { signature: 0x06054b50, bytes: 22 };
const ENTRY = { signature: 0x02014b50, bytes: 46 };
const LOCAL = { signature: 0x04034b50, bytes: 30 };
const STORED = 0;
const DEFLATED = 8;
/** The longest comment that may stand after the end record. */
const COMMENT_BYTES = 0xffff;

/** Whether `bytes` begin as a zip archive that holds something. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/**
 * The files of a zip archive that are wanted by their path in it. Throws what `isWanted` throws, and UserError for an archive that is cut, encrypted, of more than 4 GiB, or
 * unpacks to more than the limits allow.
 */
export function readZip(path: string, bytes: Uint8Array, isWanted: (path: string) => boolean): BundleFile[] {
  const zip = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return entriesOf(path, zip, isWanted);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(path);
    throw new UserError(
      `${path}: is no complete zip archive that can be read`,
      'copy it again, or give the unpacked folder',
    );
  }
}

function entriesOf(path: string, zip: Buffer, isWanted: (path: string) => boolean): BundleFile[] {
  const end = endOf(zip);
  const count = zip.readUInt16LE(end + 10);
  const files: BundleFile[] = [];
  let total = 0;
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (zip.readUInt32LE(at) !== ENTRY.signature) throw new Error('no entry');
    const [nameBytes, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const name = zip.toString('utf8', at + ENTRY.bytes, at + ENTRY.bytes + nameBytes).replaceAll('\\', '/');
    if (isWanted(name) && !name.endsWith('/')) {
      const content = contentOf(zip, at);
      total += content.length;
      if (total > limits.totalBytes || files.length >= limits.files) throw tooLarge(path);
      files.push({ path: name.replace(/^\.\//, ''), bytes: content });
    }
    at += ENTRY.bytes + nameBytes + extra + comment;
  }
  return files;
}

/** Where the record stands that ends the archive. */
function endOf(zip: Buffer): number {
  const first = Math.max(0, zip.length - END.bytes - COMMENT_BYTES);
  for (let at = zip.length - END.bytes; at >= first; at--)
    if (zip.readUInt32LE(at) === END.signature) return at;
  throw new Error('no end');
}

/** The content of the entry that the directory lists at `at`. */
function contentOf(zip: Buffer, at: number): Uint8Array {
  const isEncrypted = (zip.readUInt16LE(at + 8) & 1) === 1;
  const method = zip.readUInt16LE(at + 10);
  const size = zip.readUInt32LE(at + 20);
  const local = zip.readUInt32LE(at + 42);
  if (isEncrypted || zip.readUInt32LE(local) !== LOCAL.signature) throw new Error('no content');
  const start = local + LOCAL.bytes + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + size);
  if (packed.length < size) throw new Error('cut');
  if (method === STORED) return packed;
  if (method !== DEFLATED) throw new Error('another method');
  return inflateRawSync(packed, { maxOutputLength: limits.fileBytes });
}
