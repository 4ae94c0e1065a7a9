import type { DispatchKey } from '../ruleset/ruleset.ts';
import * as CELL from './row-cells.ts';
import * as FLAG from './row-flags.ts';
import { ROW_CELLS, type Rows } from './rows.ts';

/** A chain with no more exact rules than this is walked in order. */
export const WORTH_INDEXING = 8;

/**
 * Finds the rules of a long chain that may match a destination. A rule is *exact* where it asks for one destination address
 * and one protocol: those are found by hash. All others are kept in a sorted list and never skipped.
 */
export class DispatchIndex {
  private readonly rows: Rows;
  private readonly order: Int32Array;
  private readonly isWide: boolean;
  /** Per hash slot, the first exact rule (its index + 1); 0 for none. */
  private readonly heads: Int32Array;
  /** Per rule, the next exact rule of the same slot (its index + 1), always a later one. */
  private readonly followers: Int32Array;
  /** Rules that are not exact, ascending. */
  private readonly others: Int32Array;

  /** The index of the rows `order`. */
  constructor(rows: Rows, order: Int32Array, isWide: boolean) {
    let exactCount = 0;
    for (const row of order) if (isExact(rows, row, isWide)) exactCount++;
    this.rows = rows;
    this.order = order;
    this.isWide = isWide;
    this.heads = new Int32Array(2 ** Math.ceil(Math.log2(exactCount * 2)));
    this.followers = new Int32Array(order.length);
    this.others = new Int32Array(order.length - exactCount);
    let other = this.others.length;
    for (let index = order.length - 1; index >= 0; index--) {
      if (!isExact(rows, order[index] ?? 0, isWide)) {
        this.others[--other] = index;
        continue;
      }
      const slot = this.slotOfRow((order[index] ?? 0) * ROW_CELLS);
      this.followers[index] = this.heads[slot] ?? 0;
      this.heads[slot] = index + 1;
    }
  }

  /** See `RuleList.next`. */
  next(from: number, key: DispatchKey): number {
    return Math.min(this.nextOther(from), this.nextExact(from, key));
  }

  private nextOther(from: number): number {
    const { others } = this;
    let low = 0;
    let high = others.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((others[middle] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    return others[low] ?? this.order.length;
  }

  private nextExact(from: number, key: DispatchKey): number {
    const { order } = this;
    if ((typeof key.destination === 'bigint') !== this.isWide) return order.length;
    let index = (this.heads[this.slotOfKey(key)] ?? 0) - 1;
    while (index >= 0) {
      const base = (order[index] ?? 0) * ROW_CELLS;
      if (index >= from && this.mayMatch(base, key)) return index;
      index = (this.followers[index] ?? 0) - 1;
    }
    return order.length;
  }

  private mayMatch(base: number, key: DispatchKey): boolean {
    const { cells } = this.rows;
    if (cells[base + CELL.PROTOCOL] !== key.protocol) return false;
    const address = cells[base + CELL.DESTINATION] ?? 0;
    if (typeof key.destination === 'bigint') {
      if (this.rows.wideAt(address) !== key.destination) return false;
    } else if (address >>> 0 !== key.destination) return false;
    if (((cells[base + CELL.FLAGS] ?? 0) & FLAG.PORT) === 0 || key.destinationPort === undefined) return true;
    return cells[base + CELL.PORT] === key.destinationPort;
  }

  private slotOfRow(base: number): number {
    const { cells, wide } = this.rows;
    const address = cells[base + CELL.DESTINATION] ?? 0;
    // The low 32 bits of an IPv6 address are enough to tell Services apart.
    const low = this.isWide ? (wide[address * 4 + 3] ?? 0) : address;
    return this.slot(low, cells[base + CELL.PROTOCOL] ?? 0);
  }

  private slotOfKey({ destination, protocol }: DispatchKey): number {
    const low = typeof destination === 'bigint' ? Number(destination & 0xffffffffn) : destination;
    return this.slot(low | 0, protocol);
  }

  private slot(address: number, protocol: number): number {
    const hash = Math.imul(Math.imul(address, 0x9e3779b1) ^ protocol, 0x85ebca6b);
    return (hash ^ (hash >>> 15)) & (this.heads.length - 1);
  }
}

const NEEDED = FLAG.READ | FLAG.DESTINATION | FLAG.PROTOCOL;

/** Whether the rule of `row` asks for one destination address and one protocol. */
export function isExact({ cells }: Rows, row: number, isWide: boolean): boolean {
  const base = row * ROW_CELLS;
  const flags = cells[base + CELL.FLAGS] ?? 0;
  return (
    (flags & (NEEDED | FLAG.NOT_DESTINATION)) === NEEDED &&
    cells[base + CELL.DESTINATION_PREFIX] === (isWide ? 128 : 32)
  );
}
