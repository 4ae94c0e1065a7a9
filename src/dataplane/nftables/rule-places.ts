import type { Rule, RuleList } from '../ruleset/ruleset.ts';

/** Where rules stand in their source, in order: start, end and line of each. Three numbers a rule, for dumps are large. */
export class RulePlaces {
  readonly #places: number[] = [];

  get length(): number {
    return this.#places.length / 3;
  }

  /** Adds a rule behind the others. */
  add(start: number, end: number, line: number): void {
    this.#places.push(start, end, line);
  }

  /** Adds a rule before the others. */
  insert(start: number, end: number, line: number): void {
    this.#places.unshift(start, end, line);
  }

  /** Forgets all rules. */
  clear(): void {
    this.#places.length = 0;
  }

  /** The rules; each is read when it is asked for, and once. */
  rules(read: (start: number, end: number, line: number) => Rule): RuleList {
    const places = this.#places;
    const known: Rule[] = [];
    return {
      length: this.length,
      at(index) {
        known[index] ??= read(
          places[index * 3] as number,
          places[index * 3 + 1] as number,
          places[index * 3 + 2] as number,
        );
        return known[index];
      },
      next: (from) => from,
    };
  }
}
