import type { Rule, RuleList } from '../ruleset/ruleset.ts';

/** Reads the rule at a place of the source. */
export type ReadPlace = (start: number, end: number, line: number) => Rule;

/**
 * The rules of a chain as places in their source: start, end and line of each, for dumps are large. A rule is read when it
 * is asked for, and once; `reader` must be set before.
 */
export class RulePlaces implements RuleList {
  reader: ReadPlace | undefined;
  private places: number[] = [];
  private known: Rule[] | undefined;

  get length(): number {
    return this.places.length / 3;
  }

  /** The rule at `index`. */
  at(index: number): Rule {
    this.known ??= [];
    this.known[index] ??= this.read(index * 3);
    return this.known[index];
  }

  /** Nothing is skipped. */
  next(from: number): number {
    return from;
  }

  /** Adds a rule behind the others. */
  add(start: number, end: number, line: number): void {
    this.places.push(start, end, line);
  }

  /** Adds a rule before the others. */
  insert(start: number, end: number, line: number): void {
    this.places.unshift(start, end, line);
  }

  /** Forgets all rules. */
  clear(): void {
    this.places = [];
  }

  private read(at: number): Rule {
    if (this.reader === undefined) throw new Error('the chain is not finished');
    const [start = 0, end = 0, line = 0] = this.places.slice(at, at + 3);
    return this.reader(start, end, line);
  }
}
