import type { Rule, RuleList } from '../ruleset/ruleset.ts';

/** Reads the rule at a place of the source. */
export type ReadPlace = (start: number, end: number, line: number) => Rule;

const CELLS = 3;

/** Where the rules of one table stand in their source: start, end and line of each, for dumps are large. */
export class PlaceStore {
  /** Must be set before a rule is read. */
  reader: ReadPlace | undefined;
  count = 0;
  private cells = new Int32Array(64 * CELLS);

  /** Keeps a place; its number is the `count` before. */
  add(start: number, end: number, line: number): void {
    const at = this.count * CELLS;
    if (at === this.cells.length) {
      const larger = new Int32Array(at * 2);
      larger.set(this.cells);
      this.cells = larger;
    }
    this.cells[at] = start;
    this.cells[at + 1] = end;
    this.cells[at + 2] = line;
    this.count++;
  }

  /** The rule at place `index`. */
  read(index: number): Rule {
    if (this.reader === undefined) throw new Error('the table is not finished');
    const [start = 0, end = 0, line = 0] = this.cells.subarray(index * CELLS, (index + 1) * CELLS);
    return this.reader(start, end, line);
  }
}

/** The rules of a chain as places in their source. A rule is read when it is asked for, and once. */
export class RulePlaces implements RuleList {
  length = 0;
  private readonly store: PlaceStore;
  /** The place of the first rule: the others follow it, as the rules of a chain do in a listing, */
  private first = 0;
  /** or else the place of each. */
  private scattered: number[] | undefined;
  private known: Rule[] | undefined;

  constructor(store: PlaceStore) {
    this.store = store;
  }

  /** The rule at `index`. */
  at(index: number): Rule {
    this.known ??= [];
    this.known[index] ??= this.store.read(this.scattered?.[index] ?? this.first + index);
    return this.known[index];
  }

  /** Nothing is skipped. */
  next(from: number): number {
    return from;
  }

  /** Adds a rule behind the others. */
  add(start: number, end: number, line: number): void {
    const { store, length } = this;
    if (length === 0) this.first = store.count;
    if (this.scattered !== undefined || this.first + length !== store.count) this.scatter().push(store.count);
    store.add(start, end, line);
    this.length++;
  }

  /** Adds a rule before the others. */
  insert(start: number, end: number, line: number): void {
    this.scatter().unshift(this.store.count);
    this.store.add(start, end, line);
    this.length++;
  }

  /** Forgets all rules. */
  clear(): void {
    this.length = 0;
    this.scattered = undefined;
  }

  private scatter(): number[] {
    this.scattered ??= Array.from({ length: this.length }, (_, index) => this.first + index);
    return this.scattered;
  }
}
