import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBundle } from './read-bundle.ts';
import { writeBundle } from './write-bundle.ts';

const recording = fileURLToPath(new URL('../../../scenarios/recordings/iptables-healthy', import.meta.url));
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumb-bundle-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('writeBundle', () => {
  it('writes what readBundle reads back as the same', async () => {
    const snapshot = await readBundle([recording]);
    await writeBundle(join(folder, 'a.tgz'), snapshot);
    const again = await readBundle([join(folder, 'a.tgz')]);
    const plain = ({ sources, ...rest }: typeof snapshot): object => ({
      ...rest,
      sources: sources.map(({ bytes, ...source }) => ({ ...source, text: Buffer.from(bytes).toString() })),
    });
    expect(plain(again)).toEqual(plain(snapshot));
  });

  it('writes equal files for equal snapshots', async () => {
    const snapshot = await readBundle([recording]);
    await writeBundle(join(folder, 'b.tgz'), snapshot);
    await writeBundle(join(folder, 'c.tgz'), snapshot);
    expect(await readFile(join(folder, 'b.tgz'))).toEqual(await readFile(join(folder, 'c.tgz')));
  });

  it('says in one line where it could not', async () => {
    const snapshot = await readBundle([recording]);
    await expect(writeBundle(join(folder, 'none/d.tgz'), snapshot)).rejects.toThrow(
      /cannot be written \(ENOENT\)/,
    );
  });
});
