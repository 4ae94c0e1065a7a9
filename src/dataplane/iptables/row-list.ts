import type { DispatchKey, Rule, RuleList } from '../ruleset/ruleset.ts';
import { DispatchIndex, WORTH_INDEXING, isExact } from './dispatch-index.ts';
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
  private readonly order: Int32Array | undefined;
  private readonly first: number;
  private index: DispatchIndex | 'none' | undefined;

  /** Rules are rows `first` to `first + length - 1`, or what stands at these places of `order`. */
  constructor(table: RowSource, order: Int32Array | undefined, first: number, length: number) {
    this.table = table;
    this.order = order;
    this.first = first;
    this.length = length;
  }

  at(index: number): Rule {
    if (!(index >= 0 && index < this.length)) throw new RangeError(`no rule ${index} of ${this.length}`);
    return this.table.ruleOf(this.rowAt(index));
  }

  next(from: number, key: DispatchKey): number {
    if (from >= this.length) return this.length;
    this.index ??= this.makeIndex();
    return this.index === 'none' ? from : this.index.next(from, key);
  }

  private makeIndex(): DispatchIndex | 'none' {
    if (!this.isWorthIndexing()) return 'none';
    const order = new Int32Array(this.length);
    for (let index = 0; index < this.length; index++) order[index] = this.rowAt(index);
    return new DispatchIndex(this.table.rows, order, this.table.isWide);
  }

  /** Whether more than a few rules are exact; the chain of a Service with many endpoints has none. */
  private isWorthIndexing(): boolean {
    let exact = 0;
    for (let index = 0; index < this.length && exact <= WORTH_INDEXING; index++)
      if (isExact(this.table.rows, this.rowAt(index), this.table.isWide)) exact++;
    return exact > WORTH_INDEXING;
  }

  private rowAt(index: number): number {
    const place = this.first + index;
    return this.order === undefined ? place : (this.order[place] ?? 0);
  }
}
