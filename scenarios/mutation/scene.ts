import { fileURLToPath } from 'node:url';
import { readBundle } from '../../src/observe/bundle/read-bundle.ts';
import { buildWorld } from '../../src/world/build-world.ts';
import type { World } from '../../src/world/world.ts';
import { NODE, type score } from './score.ts';

/** What must be told, and named, at the least: shares of the mutants that change a fate. */
type Least = Parameters<typeof score>[4];

/** A small recording of a healthy cluster, and one of a hundred Services with how many mutants of it are enough by default. */
export function scenesOf(mode: string, ofMany: Least): [path: string, least: Least, most?: number][] {
  return [
    [`scenarios/recordings/${mode}-healthy`, { told: 1, named: 0.98 }],
    [`lab/recordings/${mode}-healthy-hundred.tgz`, ofMany, 60],
  ];
}

/** A healthy cluster, and what tools printed on the node whose rules are changed. */
export interface Scene {
  readonly world: World;
  /** The text of a source of the node, by file name. */
  readonly textOf: (file: string) => string;
}

/** Reads a recording of a healthy cluster, by its path in the repository. */
export async function readScene(path: string): Promise<Scene> {
  const snapshot = await readBundle([fileURLToPath(new URL(`../../${path}`, import.meta.url))]);
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
