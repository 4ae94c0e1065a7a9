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

/** Made by Python’s zipfile: a folder, a file that is deflated, one that is stored, and a comment; then one with a path out of it. */
const ZIP =
  'UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAAHAAAAYnVuZGxlL1BLAwQUAAAACAAAACEATtGucjoAAAA/AAAADQAAAGJ1bmRsZS9z' +
  'Lmpzb26rVsrOzEtRslIKTi0qy0xOVdJRyk0tSUxJLElUsqpWykvMTQVKlqcmASVAnOKCxGSQSHFGfoFSbS0AUEsDBBQAAAAAAAAA' +
  'IQDlt5IzJQAAACUAAAAZAAAAYnVuZGxlL25vZGVzL25vZGUtYS9pLnR4dCpuYXQKOlBSRVJPVVRJTkcgQUNDRVBUIFswOjBdCkNP' +
  'TU1JVApQSwECFAMUAAAAAAAAACEAAAAAAAAAAAAAAAAABwAAAAAAAAAAAAAAgAEAAAAAYnVuZGxlL1BLAQIUAxQAAAAIAAAAIQBO' +
  '0a5yOgAAAD8AAAANAAAAAAAAAAAAAACAASUAAABidW5kbGUvcy5qc29uUEsBAhQDFAAAAAAAAAAhAOW3kjMlAAAAJQAAABkAAAAA' +
  'AAAAAAAAAIABigAAAGJ1bmRsZS9ub2Rlcy9ub2RlLWEvaS50eHRQSwUGAAAAAAMAAwC3AAAA5gAAAA4Ac3VwcG9ydCBidW5kbGU=';
const EVIL_ZIP =
  'UEsDBBQAAAAAAAAAIQCDFtyMAQAAAAEAAAAHAAAALi4vZXZpbHhQSwECFAMUAAAAAAAAACEAgxbcjAEAAAABAAAABwAAAAAAAAAA' +
  'AAAAgAEAAAAALi4vZXZpbFBLBQYAAAAAAQABADUAAAAmAAAAAAA=';

const nodeObjects = JSON.stringify({
  kind: 'NodeList',
  items: ['node-1', 'node-10'].map((name) => ({ metadata: { name } })),
});

function file(name: string, base64: string): string {
  const path = join(folder({}), name);
  writeFileSync(path, Buffer.from(base64, 'base64'));
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

  it('reads zip archives', async () => {
    const { sources } = await readBundle([file('x.zip', ZIP)]);
    expect(sources.map((source) => [source.path, textOf(source), source.node])).toEqual([
      ['s.json', service, undefined],
      ['nodes/node-a/i.txt', save, 'node-a'],
    ]);
  });

  it('knows the node by the name of the folder or archive that was given', async () => {
    const nodes = folder({ 'nodes.json': nodeObjects });
    const report = join(
      folder({ 'sosreport-node-10-2026-11-30-abcdefg/a/i.txt': save }),
      'sosreport-node-10-2026-11-30-abcdefg',
    );
    const { sources } = await readBundle([nodes, report]);
    expect(sources.map(({ path, node }) => [path, node])).toContainEqual(['a/i.txt', 'node-10']);
  });

  it('says what is packed in a way that it does not read', async () => {
    const root = folder({ 's.json': service });
    writeFileSync(join(root, 'a.tar.xz'), Buffer.from('fd377a585a000004', 'hex'));
    writeFileSync(join(root, 'b.zip'), Buffer.from(ZIP, 'base64'));
    const { gaps } = await readBundle([root]);
    expect(gaps.map(({ what, why }) => [what, why])).toEqual([
      ['a.tar.xz', 'was packed by xz, which is not read'],
      ['b.zip', 'is an archive in a folder, which is not read'],
    ]);
  });

  it('passes over links in archives', async () => {
    const path = await archive((tar) => {
      tar.entry({ name: 'nodes/node-a/i.txt' }, save);
      tar.entry({ name: 'a.txt', type: 'symlink', linkname: '/etc/passwd' });
      tar.entry({ name: 'b.txt', type: 'link', linkname: 'nodes/node-a/i.txt' });
    });
    expect((await readBundle([path])).sources.map((source) => source.path)).toEqual(['nodes/node-a/i.txt']);
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

  it('knows the node by its name in a path', async () => {
    const { sources } = await readBundle([
      folder({ 'nodes.json': nodeObjects, 'node-1/i.txt': save, 'save-node-10.txt': save }),
    ]);
    expect(sources.flatMap(({ node }) => node ?? [])).toEqual(['node-1', 'node-10']);
  });

  it('knows the node by a Node in YAML, and with or without its domain', async () => {
    const yaml = ['node-1', 'node-10.example.net'].map(
      (name) => `apiVersion: v1\nkind: Node\nmetadata:\n  name: ${name}\n`,
    );
    const { sources } = await readBundle([
      folder({
        'nodes.yaml': yaml.join('---\n'),
        'save-node-1.txt': save,
        'nodes/node-1.example.net/i.txt': save,
        'nodes/node-10/i.txt': save,
        'nodes/node-2/i.txt': save,
      }),
    ]);
    expect(sources.flatMap(({ path, node }) => (node === undefined ? [] : [[path, node]]))).toEqual([
      ['nodes/node-1.example.net/i.txt', 'node-1'],
      ['nodes/node-10/i.txt', 'node-10.example.net'],
      ['nodes/node-2/i.txt', 'node-2'],
      ['save-node-1.txt', 'node-1'],
    ]);
  });

  it('knows the node by its address in a list in YAML', async () => {
    const list =
      'apiVersion: v1\nitems:\n- metadata:\n    name: one\n  status:\n    addresses:\n    - address: 192.0.2.1\n      type: InternalIP\n- metadata:\n    name: two\n  status:\n    addresses:\n    - address: 192.0.2.2\n      type: InternalIP\nkind: NodeList\n';
    const { sources } = await readBundle([
      folder({ 'kubernetesResources/nodes.yaml': list, '192.0.2.2/i.txt': save }),
    ]);
    expect(sources.flatMap(({ node }) => node ?? [])).toEqual(['two']);
  });

  it('knows the node of kube-proxy’s log by its pod', async () => {
    const pods = ['a', 'b'].map((at) => ({
      kind: 'Pod',
      metadata: { namespace: 'kube-system', name: `kube-proxy-${at}` },
      spec: { nodeName: `node-${at}` },
    }));
    const log = 'I1130 10:00:00.000000       1 server.go:1] "x"\n';
    const dumped = (at: string): string =>
      `==== START logs for container kube-proxy of pod kube-system/kube-proxy-${at} ====\n${log}`;
    const { sources } = await readBundle([
      folder({
        'kube-system/pods.json': JSON.stringify({ kind: 'PodList', items: pods }),
        'kube-system/kube-proxy-a/logs.txt': dumped('a'),
        'kube-system/kube-proxy-gone/logs.txt': dumped('gone'),
        'pods/logs/kube-system/kube-proxy-b/kube-proxy.log': log,
        'pods/logs/kube-system/kube-proxy-b/kube-proxy-previous.log': log,
        'pods/logs/kube-system/kube-scheduler-b/kube-scheduler.log': log,
        'pods/shop.json': service,
      }),
    ]);
    expect(sources.map(({ kind, node, pod }) => [kind, node, pod])).toEqual([
      ['kube-proxy-log', 'node-a', 'kube-system/kube-proxy-a'],
      ['pod-log', undefined, 'kube-system/kube-proxy-gone'],
      ['kubernetes', undefined, undefined],
      ['note', undefined, 'kube-system/kube-proxy-b'],
      ['kube-proxy-log', 'node-b', 'kube-system/kube-proxy-b'],
      ['pod-log', undefined, 'kube-system/kube-scheduler-b'],
      ['kubernetes', undefined, undefined],
    ]);
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
      'a path out of the zip archive',
      () => Promise.resolve(file('x.zip', EVIL_ZIP)),
      /holds the path \.\.\/evil/,
    ],
    [
      'a zip archive that is cut',
      () => Promise.resolve(file('x.zip', ZIP.slice(0, 200))),
      /no complete zip archive/,
    ],
    [
      'what another program packed',
      () => Promise.resolve(file('x.tar.xz', '/Td6WFoAAAT=')),
      /was packed by xz, which is not read/,
    ],
    [
      'a folder with nothing but an archive',
      () => Promise.resolve(join(file('x.zip', ZIP), '..')),
      /x\.zip is an archive in a folder/,
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
