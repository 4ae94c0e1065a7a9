/** Integers a row has. */
export const ROW_CELLS = 16;

/** The rows of one dump: what `row-cells.ts` says, a line each. */
export class Rows {
  /** `ROW_CELLS` integers a row. */
  cells: Int32Array;
  /** IPv6 addresses, four integers each, the highest first. */
  wide: Int32Array = new Int32Array(0);
  wideCount = 0;
  count = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    // A guess at the number of lines; memory that is never touched costs nothing.
    this.cells = new Int32Array(ROW_CELLS * (64 + Math.ceil(bytes.length / 80)));
  }

  /** The first cell of a new row; all its cells are 0. */
  add(): number {
    const base = this.count * ROW_CELLS;
    this.cells = grownTo(this.cells, base + ROW_CELLS);
    this.count++;
    return base;
  }

  /** Adds copies of whole rows. */
  append(cells: Int32Array): void {
    const base = this.count * ROW_CELLS;
    this.cells = grownTo(this.cells, base + cells.length);
    this.cells.set(cells, base);
    this.count += cells.length / ROW_CELLS;
  }

  /** Adds copies of whole IPv6 addresses. */
  appendWide(cells: Int32Array): void {
    const base = this.wideCount * 4;
    this.wide = grownTo(this.wide, base + cells.length);
    this.wide.set(cells, base);
    this.wideCount += cells.length / 4;
  }

  /** The IPv6 address number `index`. */
  wideAt(index: number): bigint {
    let value = 0n;
    for (let i = index * 4; i < index * 4 + 4; i++)
      value = (value << 32n) | BigInt((this.wide[i] ?? 0) >>> 0);
    return value;
  }
}

/** `cells`, or a larger copy that holds at least `length`. */
function grownTo(cells: Int32Array, length: number): Int32Array {
  if (length <= cells.length) return cells;
  const larger = new Int32Array(Math.max(1024, length, cells.length * 2));
  larger.set(cells);
  return larger;
}
