import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import type { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

/** Compiled code that no run has added to for so long is of a build that is gone. */
const KEPT_DAYS = 30;

/**
 * The folder of the user where compiled code of this build is kept: V8 takes it only of its own version. `undefined` where there is none that belongs to the
 * user (`sudo` with another's home, Windows, which has no owners to tell by), or `NODE_DISABLE_COMPILE_CACHE` is set, as for Node's own.
 */
export function folderOfKeptCode(build: string, env: NodeJS.ProcessEnv): string | undefined {
  const { XDG_CACHE_HOME: caches = '', NODE_DISABLE_COMPILE_CACHE: off = '' } = env;
  try {
    const place = isAbsolute(caches) ? caches : homedir();
    if (off !== '' || statSync(place).uid !== process.geteuid?.()) return undefined;
    const folder = place === caches ? place : join(place, '.cache');
    return join(folder, 'plumb', `${build}-${process.version}-${process.arch}`);
  } catch {
    return undefined;
  }
}

/**
 * What was kept in `file`; `undefined` where there is nothing, where it came to harm (V8 does not look), or where others than the user could have written it:
 * compiled code is run as it is.
 */
export function readKept(file: string): Buffer | undefined {
  try {
    const opened = openSync(file, 'r');
    try {
      const { uid, mode } = fstatSync(opened);
      if (uid !== process.geteuid?.() || (mode & 0o022) !== 0) return undefined;
      const bytes = readFileSync(opened);
      const code = bytes.subarray(4);
      return bytes.length > 4 && crc32(code) === bytes.readUInt32LE() ? code : undefined;
    } finally {
      closeSync(opened);
    }
  } catch {
    return undefined;
  }
}

/** Keeps what was compiled of `script` so far in `file`, whole or not at all; where that cannot be, the next run compiles again. */
export function keep(file: string, script: Script): void {
  try {
    const code = script.createCachedData();
    if (mkdirSync(dirname(file), { recursive: true, mode: 0o700 }) !== undefined)
      removeOld(dirname(dirname(file)));
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(code));
    const part = `${file}.${process.pid}`;
    writeFileSync(part, Buffer.concat([sum, code]), { mode: 0o600, flag: 'wx' });
    renameSync(part, file);
  } catch {
    // A full disk, a home that is read only.
  }
}

function removeOld(folder: string): void {
  const oldest = Date.now() - KEPT_DAYS * 86_400_000;
  for (const name of readdirSync(folder))
    if (statSync(join(folder, name)).mtimeMs < oldest)
      rmSync(join(folder, name), { recursive: true, force: true });
}
