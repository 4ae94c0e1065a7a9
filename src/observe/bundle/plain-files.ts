import { gunzipSync } from 'node:zlib';
import { recogniseSource } from '../../snapshot/recognise.ts';
import { type BundleFile, limits, tooLarge } from './limits.ts';

/**
 * `file` as it is read: unpacked where gzip packed it alone, in UTF-8, without what sets each line in, without the time that `kubectl logs --timestamps` and a container runtime
 * write before each line, and as one file for each API document where several stand one after the other in JSON. Throws UserError for one
 * that unpacks to more than the limits allow.
 */
export function plainFiles(file: BundleFile): BundleFile[] {
  const { path } = file;
  return documentsOf({ path, bytes: withoutIndent(withoutTimes(inUtf8(unpacked(file)))) });
}

/** Text of which each line is set in alike, as one that was quoted in a document, without that. */
function withoutIndent(bytes: Uint8Array): Uint8Array {
  const head = new TextDecoder().decode(bytes.subarray(0, 4096));
  const indent = /^(?:\s*\n)?([ \t]+)\S/.exec(head)?.[1];
  if (indent === undefined) return bytes;
  const lines = new TextDecoder().decode(bytes).split('\n');
  if (!lines.every((line) => line.startsWith(indent) || line.trim() === '')) return bytes;
  return new TextEncoder().encode(lines.map((line) => line.slice(indent.length)).join('\n'));
}

/** The bytes of a file that gzip packed; of another, and of one that is cut, as they are. */
function unpacked({ path, bytes }: BundleFile): Uint8Array {
  if (!/\.gz$/i.test(path) || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: limits.fileBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(path);
    return bytes;
  }
}

/** Text that its byte order mark calls UTF-16, as PowerShell’s `>` writes it, in UTF-8. */
function inUtf8(bytes: Uint8Array): Uint8Array {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
  if (!isLittle && !isBig) return bytes;
  return new TextEncoder().encode(new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be').decode(bytes));
}

/** RFC 3339 before each line, and what a container runtime writes after it: `stdout F`. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) (?:std(?:out|err) [FP] )?/;

/** As many lines show whether a time stands before each. */
const SHOWN = 5;

function withoutTimes(bytes: Uint8Array): Uint8Array {
  const shown = new TextDecoder().decode(bytes.subarray(0, 4096)).split('\n').slice(0, SHOWN);
  const lines = shown.filter((line) => line.trim() !== '');
  if (lines.length === 0 || !lines.every((line) => TIME.test(line))) return bytes;
  const all = new TextDecoder().decode(bytes).split('\n');
  return new TextEncoder().encode(all.map((line) => line.replace(TIME, '')).join('\n'));
}

/** The documents that `kubectl get … -o json >> file` and `kubectl cluster-info dump` leave in one file: each begins a line. */
function documentsOf(file: BundleFile): BundleFile[] {
  const head = new TextDecoder().decode(file.bytes.subarray(0, 512));
  // A log of the API server's audit has such lines by the million.
  if (!/^\s*\{/.test(head) || head.includes('audit.k8s.io')) return [file];
  const bytes = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength);
  const starts = ['}\n{', '}\r\n{', '}\n====', '}\r\n====', '====\n{'].flatMap((border) =>
    placesOf(bytes, border),
  );
  if (starts.length === 0 || recogniseSource(file.path, bytes).kind !== 'kubernetes') return [file];
  const borders = [0, ...starts.sort((a, b) => a - b), bytes.length];
  return borders.slice(0, -1).map((from, at) => ({
    path: at === 0 ? file.path : `${file.path} (part ${at + 1})`,
    bytes: bytes.subarray(from, borders[at + 1]),
  }));
}

/** Where the last character of `border` stands in `bytes`, or the first after its last line break. */
function placesOf(bytes: Buffer, border: string): number[] {
  const places: number[] = [];
  const length = border.lastIndexOf('\n') + 1;
  for (let at = bytes.indexOf(border); at >= 0; at = bytes.indexOf(border, at + 1)) places.push(at + length);
  return places;
}
