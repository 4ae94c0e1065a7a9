/** What a file begins with, in hexadecimal, by the program that packed it. *Source:* file(1) `compress`, `archive`. */
const SIGNATURES = {
  xz: 'fd377a585a00',
  bzip2: '425a68',
  zstd: '28b52ffd',
  '7-Zip': '377abcaf271c',
  rar: '526172211a07',
} as const;

/** The program that packed a file in a way that is not read; undefined for any other file. */
export function packedBy(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 6)).toString('hex');
  return Object.entries(SIGNATURES).find(([, signature]) => head.startsWith(signature))?.[0];
}
