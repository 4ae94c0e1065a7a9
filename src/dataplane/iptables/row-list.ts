import type { DispatchKey, Rule, RuleList } from '../ruleset/ruleset.ts';
import { DispatchIndex } from './dispatch-index.ts';
import type { Rows } from './rows.ts';

/** What makes rules of rows. */
export interface RowSource {
  readonly rows: Rows;
  /** Whether addresses are IPv6. */
  readonly isWide: boolean;
  ruleOf(row: number): Rule;
}

/** The rules of one chain of a dump: numbers of rows, of which rules are made when asked for. */
export class RowList implements RuleList {
  readonly length: number;
  private readonly table: RowSource;
  private readonly order: Int32Array;
  private readonly first: number;
  private index: DispatchIndex | 'none' | undefined;

  /** Rules are rows `order[first]` to `order[first + length - 1]`. */
  constructor(table: RowSource, order: Int32Array, first: number, length: number) {
    this.table = table;
    this.order = order;
    this.first = first;
    this.length = length;
  }

  at(index: number): Rule {
    if (!(index >= 0 && index < this.length)) throw new RangeError(`no rule ${index} of ${this.length}`);
    return this.table.ruleOf(this.order[this.first + index] ?? 0);
  }

  next(from: number, key: DispatchKey): number {
    if (from >= this.length) return this.length;
    this.index ??=
      DispatchIndex.of(
        this.table.rows,
        this.order.subarray(this.first, this.first + this.length),
        this.table.isWide,
      ) ?? 'none';
    return this.index === 'none' ? from : this.index.next(from, key);
  }
}
