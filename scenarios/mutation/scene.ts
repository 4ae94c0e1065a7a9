import { readBundle } from '../../src/observe/bundle/read-bundle.ts';
import { buildWorld } from '../../src/world/build-world.ts';
import type { World } from '../../src/world/world.ts';
import { NODE } from './score.ts';

/** A healthy cluster, and what tools printed on the node whose rules are changed. */
export interface Scene {
  readonly world: World;
  /** The text of a source of the node, by file name. */
  readonly textOf: (file: string) => string;
}

/** Reads a recording of a healthy cluster. */
export async function readScene(path: string): Promise<Scene> {
  const snapshot = await readBundle([path]);
  const textOf = (file: string): string => {
    const source = snapshot.sources.find((each) => each.node === NODE && each.path.endsWith(`/${file}`));
    if (source === undefined) throw new Error(`${path} has no ${file} of ${NODE}`);
    return new TextDecoder().decode(source.bytes);
  };
  return { world: buildWorld(snapshot), textOf };
}

/** The lines of `text` that are rules, members or servers, without counters. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/^\[\d+:\d+\] /, ''));
}
