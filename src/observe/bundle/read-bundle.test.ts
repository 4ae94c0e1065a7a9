import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { textOf } from '../../snapshot/snapshot.ts';
import { readBundle } from './read-bundle.ts';

const service = '{"kind":"Service","metadata":{"name":"web","namespace":"shop"}}';
const save = '*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n';

function folder(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'bundle-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

async function archive(write: (tar: ReturnType<typeof pack>) => void): Promise<string> {
  const tar = pack();
  write(tar);
  tar.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of tar as AsyncIterable<Uint8Array>) chunks.push(chunk);
  const path = join(folder({}), 'x.tgz');
  writeFileSync(path, gzipSync(Buffer.concat(chunks)));
  return path;
}

describe('readBundle', () => {
  it('reads folders, with the node from the path', async () => {
    const { sources } = await readBundle([folder({ 'cluster/s.json': service, 'nodes/node-a/i.txt': save })]);
    expect(sources.map(({ path, kind, node }) => [path, kind, node])).toEqual([
      ['cluster/s.json', 'kubernetes', undefined],
      ['nodes/node-a/i.txt', 'iptables-save', 'node-a'],
    ]);
  });

  it('reads archives, with or without one folder around', async () => {
    const path = await archive((tar) => {
      tar.entry({ name: 'bundle/s.json' }, service);
      tar.entry({ name: 'bundle/nodes/node-a/i.txt' }, save);
    });
    const { sources } = await readBundle([path]);
    expect(sources.map((source) => [source.path, textOf(source)])).toEqual([
      ['s.json', service],
      ['nodes/node-a/i.txt', save],
    ]);
  });

  it('takes a dump without a name for the only Node’s, or for the one that was named', async () => {
    const node = '{"kind":"Node","metadata":{"name":"one"}}';
    const files = { 'n.json': node, 'i.txt': save };
    expect((await readBundle([folder(files)])).sources.map(({ node: own }) => own)).toEqual([
      'one',
      undefined,
    ]);
    expect((await readBundle([folder({ 'i.txt': save })], { node: 'two' })).sources[0]?.node).toBe('two');
  });

  const nodeObjects = JSON.stringify({
    kind: 'NodeList',
    items: ['node-1', 'node-10'].map((name) => ({ metadata: { name } })),
  });

  it('knows the node by its name in a path', async () => {
    const { sources } = await readBundle([
      folder({ 'nodes.json': nodeObjects, 'node-1/i.txt': save, 'save-node-10.txt': save }),
    ]);
    expect(sources.flatMap(({ node }) => node ?? [])).toEqual(['node-1', 'node-10']);
  });

  it('keeps apart files of the same path in two folders', async () => {
    const [one, two] = [folder({ 'nodes/a/i.txt': save }), folder({ 'nodes/b/i.txt': save })];
    const { sources } = await readBundle([join(one, 'nodes/a'), join(two, 'nodes/b')]);
    expect(sources.map(({ node }) => node)).toEqual(['a', 'b']);
    expect(new Set(sources.map(({ path }) => path)).size).toBe(2);
  });

  it('refuses the same files of two nodes whose names nothing tells', async () => {
    await expect(readBundle([folder({ 'i.txt': save }), folder({ 'i.txt': save })])).rejects.toThrow(
      /several nodes without their names/,
    );
  });

  it.each([
    ['no such path', () => Promise.resolve('/no/such/path'), /no such file or folder/],
    ['an empty folder', () => Promise.resolve(folder({})), /it holds no file/],
    [
      'nothing that is known',
      () => Promise.resolve(folder({ 'a.txt': 'lorem ipsum' })),
      /no file is of a kind that is known/,
    ],
    [
      'several nodes without names',
      () => Promise.resolve(folder({ 'a/i.txt': save, 'b/i.txt': save })),
      /several nodes without their names/,
    ],
    [
      'a newer snapshot',
      () =>
        Promise.resolve(
          folder({ 'plumb-snapshot.json': '{"format":"plumb-snapshot","version":99}', 's.json': service }),
        ),
      /version 99, newer than/,
    ],
    [
      'a path out of the archive',
      () => archive((tar) => void tar.entry({ name: '../evil' }, 'x')),
      /holds the path \.\.\/evil/,
    ],
    [
      'a link',
      () => archive((tar) => void tar.entry({ name: 'a', type: 'symlink', linkname: '/etc/passwd' })),
      /holds the link a/,
    ],
    [
      'an archive that is cut',
      () => Promise.resolve(join(folder({ 'x.tgz': 'no archive' }), 'x.tgz')),
      /no complete tar archive|holds no file/,
    ],
  ])('refuses %s in one line with a hint', async (_, make, message) => {
    const path = await make();
    const error: unknown = await readBundle([path]).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'UserError' });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('\n');
    expect((error as { hint: string }).hint).not.toBe('');
  });
});
