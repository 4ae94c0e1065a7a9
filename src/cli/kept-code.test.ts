import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderOfKeptCode, keep, readKept } from './kept-code.ts';

let home = '';
let file = '';

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'plumb-kept-'));
  file = join(folderOfKeptCode('build', { XDG_CACHE_HOME: home }) ?? '', 'chunk.bin');
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

const source = 'function five() { return 5 } five()';

describe('compiled code', () => {
  it('comes back as V8 made it', () => {
    const script = new Script(source);
    keep(file, script);
    expect(readKept(file)).toEqual(script.createCachedData());
  });

  it('is readable for the user alone, and nothing is left half', () => {
    keep(file, new Script(source));
    expect(readdirSync(dirname(file))).toEqual(['chunk.bin']);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
  });

  it.each([0o620, 0o602])('is not run where others could have written it (%o)', (mode) => {
    keep(file, new Script(source));
    chmodSync(file, mode);
    expect(readKept(file)).toBeUndefined();
  });

  it.each([0, 4, 100])('is not run where byte %i came to harm', (at) => {
    keep(file, new Script(source));
    const bytes = readFileSync(file);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(file, bytes);
    expect(readKept(file)).toBeUndefined();
    writeFileSync(file, bytes.subarray(0, at));
    expect(readKept(file)).toBeUndefined();
  });

  it('goes when no run added to it for a month', () => {
    keep(file, new Script(source));
    const [old, recent] = [dirname(file), `${dirname(file)}-recent`];
    keep(join(recent, 'chunk.bin'), new Script(source));
    utimesSync(old, 0, 0);
    keep(join(`${old}-new`, 'chunk.bin'), new Script(source));
    expect(readKept(file)).toBeUndefined();
    expect(readKept(join(recent, 'chunk.bin'))).toBeDefined();
  });

  it('costs nothing but time where it cannot be kept', () => {
    writeFileSync(join(home, 'plumb'), 'a file');
    keep(file, new Script(source));
    expect(readKept(file)).toBeUndefined();
  });
});

describe('where compiled code is kept', () => {
  it('is a folder of this build and this Node', () => {
    expect(folderOfKeptCode('build', { XDG_CACHE_HOME: home })).toBe(
      join(home, 'plumb', `build-${process.version}-${process.arch}`),
    );
  });

  it.each([
    ['a folder that is not there', { XDG_CACHE_HOME: '/does/not/exist' }],
    ['Node’s own switch', { NODE_DISABLE_COMPILE_CACHE: '1' }],
  ])('is nowhere by %s', (_, env) => {
    expect(folderOfKeptCode('build', env)).toBeUndefined();
  });

  it.runIf(process.geteuid?.() === 0)('is not where root comes by another’s home', () => {
    keep(file, new Script(source));
    chownSync(file, 65_534, 65_534);
    expect(readKept(file)).toBeUndefined();
    chownSync(home, 65_534, 65_534);
    expect(folderOfKeptCode('build', { XDG_CACHE_HOME: home })).toBeUndefined();
  });
});
