import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pack, type Header, type Pack } from 'tar-stream';

/** What goes into an image: path → a file of this machine, or a symbolic link. */
export type ImageFiles = Readonly<Record<string, { readonly from: string } | { readonly link: string }>>;

function add(archive: Pack, header: Partial<Header> & { name: string }, body?: Buffer | string): void {
  archive.entry({ mtime: new Date(0), ...header }, body ?? '');
}

/** Writes a docker-archive of one layer to `file`: an image made without a registry. `entrypoint` is its command. */
export async function writeImage(
  file: string,
  reference: string,
  entrypoint: readonly string[],
  files: ImageFiles,
): Promise<void> {
  const layerPack = pack();
  const layerBytes = buffer(layerPack);
  const folders = new Set<string>();
  const addFolder = (folder: string): void => {
    if (folder === '' || folders.has(folder)) return;
    addFolder(folder.split('/').slice(0, -1).join('/'));
    folders.add(folder);
    add(layerPack, { name: folder, type: 'directory', mode: folder === 'tmp' ? 0o1777 : 0o755 });
  };
  for (const folder of ['tmp', 'etc', 'var', 'run', 'proc', 'sys', 'dev']) addFolder(folder);
  for (const [path, source] of Object.entries(files)) {
    const name = path.replace(/^\//u, '');
    addFolder(name.split('/').slice(0, -1).join('/'));
    if ('link' in source) add(layerPack, { name, type: 'symlink', linkname: source.link });
    else add(layerPack, { name, mode: 0o755 }, readFileSync(source.from));
  }
  layerPack.finalize();
  const layer = await layerBytes;
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: {
        Entrypoint: entrypoint,
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest(layer)}`] },
    }),
  );
  const configName = `${digest(config)}.json`;
  const outer = pack();
  const outerBytes = buffer(outer);
  add(outer, { name: configName }, config);
  add(outer, { name: 'layer.tar' }, layer);
  const manifest = [{ Config: configName, RepoTags: [reference], Layers: ['layer.tar'] }];
  add(outer, { name: 'manifest.json' }, JSON.stringify(manifest));
  outer.finalize();
  writeFileSync(file, await outerBytes);
}
