import { mkdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { must } from '../machine/run.ts';

/** Packs a recording's folder into `folder/NAME.tgz`, the same bytes for the same content; returns the file. */
export async function packRecording(recording: string, folder: string): Promise<string> {
  const from = resolve(recording);
  const file = join(resolve(folder), `${basename(from)}.tgz`);
  mkdirSync(dirname(file), { recursive: true });
  const tar = [
    'tar',
    '--sort=name',
    '--mtime=@0',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '-C',
    dirname(from),
  ];
  await must(['sh', '-c', '"$@" | gzip -n9 > "$0"', file, ...tar, '-c', basename(from)]);
  return file;
}

/** Unpacks what `packRecording` wrote below `folder`; returns the recording's folder. */
export async function unpackRecording(file: string, folder: string): Promise<string> {
  await must(['tar', '-xzf', resolve(file), '-C', folder]);
  return join(folder, basename(file, '.tgz'));
}
