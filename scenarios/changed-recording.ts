import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readBundle } from '../src/observe/bundle/read-bundle.ts';
import { recogniseSource } from '../src/snapshot/recognise.ts';
import type { Snapshot, Source } from '../src/snapshot/snapshot.ts';

/** The new text of a file; undefined where the file is left out. */
export type Change = (text: string, path: string) => string | undefined;

/** Changes by the path of the file; a file may meet several. */
export type Changes = readonly (readonly [path: RegExp, change: Change])[];

const recordings = fileURLToPath(new URL('recordings/', import.meta.url));

/** The recording `name` with the files whose path matches changed, or left out where nothing is returned, and with the files `added`. Throws where a change changes nothing. */
export async function changedRecording(
  name: string,
  changes: Changes,
  added: Readonly<Record<string, string>> = {},
): Promise<Snapshot> {
  const snapshot = await readBundle([`${recordings}${name}`]);
  const unused = new Set(changes);
  const sources = snapshot.sources.flatMap((source): Source[] => {
    const { path } = source;
    const own = changes.filter(([pattern]) => pattern.test(path));
    if (own.length === 0) return [source];
    let text: string | undefined = readFileSync(`${recordings}${name}/${path}`, 'utf8');
    for (const each of own) {
      const next: string | undefined = text === undefined ? undefined : each[1](text, path);
      if (next !== text) unused.delete(each);
      text = next;
    }
    if (text === undefined) return [];
    return [{ ...source, ...readAs(path, text) }];
  });
  for (const [path, text] of Object.entries(added)) sources.push(readAs(path, text));
  const [useless] = unused;
  if (useless !== undefined) throw new Error(`no file of ${name} was changed by ${String(useless[0])}`);
  return { ...snapshot, sources };
}

/** A file of a snapshot that holds `text`. */
export function readAs(path: string, text: string): Source {
  const bytes = new TextEncoder().encode(text);
  return { path, ...recogniseSource(path, bytes), bytes };
}
