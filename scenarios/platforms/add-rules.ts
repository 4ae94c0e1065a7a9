import type { Change } from '../changed-recording.ts';

/** Rules as `iptables-save` prints them, one a line, for one table: `first` stand before what its chains hold, `last` after it. */
export interface AddedRules {
  readonly first?: string;
  readonly last?: string;
}

/** Adds rules, and the chains that they name, to `table` of a dump; `NODE` in them becomes the last letter's number (`node-a`: 1). */
export function addRules(table: string, { first = '', last = '' }: AddedRules): Change {
  return (text, path) => {
    const at = text.indexOf(`*${table}\n`);
    if (at < 0) throw new Error(`${path} has no table ${table}`);
    const end = text.indexOf('COMMIT\n', at);
    const lines = text.slice(at, end).split('\n').slice(1, -1);
    const chains = lines.filter((line) => line.startsWith(':'));
    const rules = lines.filter((line) => !line.startsWith(':'));
    const [before, after] = [first, last].map((added) => linesOf(added, path));
    const known = new Set(chains.map((line) => line.slice(1).split(' ')[0]));
    const named = [...(before ?? []), ...(after ?? [])].map((rule) => rule.split(' ')[1] ?? '');
    const added = [...new Set(named)].filter((chain) => !known.has(chain));
    const all = [
      `*${table}`,
      ...chains,
      ...added.map((chain) => `:${chain} - [0:0]`),
      ...(before ?? []),
      ...rules,
      ...(after ?? []),
    ];
    return `${text.slice(0, at)}${all.join('\n')}\n${text.slice(end)}`;
  };
}

/** The number of the node that `path` is of, as its pods' addresses have it: 10.244.1.0/24 is node-a's. */
export function numberOf(path: string): number {
  return 'abc'.indexOf(/node-(.)/.exec(path)?.[1] ?? '') + 1;
}

function linesOf(text: string, path: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replaceAll('NODE', String(numberOf(path))))
    .filter((line) => line !== '');
}
