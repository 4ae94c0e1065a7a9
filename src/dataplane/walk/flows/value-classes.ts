import type { Ip } from '../../../model/address.ts';
import type { ValueRange } from '../../ruleset/verdict.ts';

/** More ranges around one value than any prefix tree has: the classes would cost more than they save. */
const DEEPEST = 40;

interface Steps {
  /** Ascending: `classes[i]` holds from `starts[i]` up to the next start. */
  readonly starts: readonly Ip[];
  readonly classes: Int32Array;
}

/**
 * Addresses or ports by which of some ranges hold them: two values of one class are told apart by none of the ranges.
 */
export class ValueClasses {
  private readonly narrow: Steps;
  private readonly wide: Steps;

  private constructor(narrow: Steps, wide: Steps) {
    this.narrow = narrow;
    this.wide = wide;
  }

  /** The classes that `ranges` make; undefined where too many of them overlap. */
  static of(ranges: readonly ValueRange[]): ValueClasses | undefined {
    const narrow = stepsOf(ranges.filter(({ low }) => typeof low === 'number'));
    const wide = stepsOf(ranges.filter(({ low }) => typeof low === 'bigint'));
    return narrow && wide && new ValueClasses(narrow, wide);
  }

  /** The class of `value`, not negative; 0 where no range holds it. IPv6 addresses have classes of their own. */
  classOf(value: Ip): number {
    const { starts, classes } = typeof value === 'number' ? this.narrow : this.wide;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] as Ip) <= value) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : (classes[low - 1] ?? 0);
  }
}

interface Edge {
  readonly at: Ip;
  readonly range: number;
  readonly opens: boolean;
}

/** Goes along the edges of the ranges; what is open between two edges is a class. */
function stepsOf(ranges: readonly ValueRange[]): Steps | undefined {
  const edges = edgesOf(ranges);
  const open = new Set<number>();
  const ids = new Map<string, number>([['', 0]]);
  const starts: Ip[] = [];
  const classes: number[] = [];
  for (let i = 0; i < edges.length;) {
    const { at } = edges[i] as Edge;
    for (let edge = edges[i]; edge?.at === at; edge = edges[++i]) {
      if (edge.opens) open.add(edge.range);
      else open.delete(edge.range);
    }
    if (open.size > DEEPEST) return undefined;
    const key = open.size === 1 ? `${[...open][0]}` : [...open].sort((a, b) => a - b).join(' ');
    let id = ids.get(key);
    if (id === undefined) ids.set(key, (id = ids.size));
    starts.push(at);
    classes.push(id);
  }
  return { starts, classes: Int32Array.from(classes) };
}

function edgesOf(ranges: readonly ValueRange[]): Edge[] {
  const edges: Edge[] = [];
  const seen = new Set<Ip | string>();
  ranges.forEach(({ low, high }, range) => {
    const key = low === high ? low : `${low} ${high}`;
    if (seen.has(key)) return;
    seen.add(key);
    const after = typeof high === 'number' ? high + 1 : high + 1n;
    edges.push({ at: low, range, opens: true }, { at: after, range, opens: false });
  });
  return edges.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
