/**
 * One rule line in 16 integers, so that a rule costs 64 bytes and no object. `CELL` says what stands where. A line whose
 * meaning does not fit has no `FLAG.READ`: only place, line and chain are filled, and the words are read when asked for.
 */
export const ROW_CELLS = 16;

/** What the integers of a row mean. IPv4 addresses stand as they are (signed); of IPv6, the number in `Rows.wide`. */
export const CELL = {
  /** First byte of the line's `-A`. */
  START: 0,
  /** One behind the line's last byte. */
  END: 1,
  LINE: 2,
  CHAIN: 3,
  FLAGS: 4,
  SOURCE: 5,
  SOURCE_PREFIX: 6,
  DESTINATION: 7,
  DESTINATION_PREFIX: 8,
  PROTOCOL: 9,
  PORT: 10,
  /** The chain jumped to, or the DNAT address. */
  TARGET: 11,
  /** The DNAT port; 0 for none. */
  TARGET_PORT: 12,
  /** Of a random choice, of 2^31, unsigned; or the seconds of a list of recent sources. */
  WEIGHT: 13,
  COMMENT_START: 14,
  COMMENT_END: 15,
} as const;

/** What a row holds. */
export const FLAG = {
  READ: 1,
  SOURCE: 2,
  NOT_SOURCE: 4,
  DESTINATION: 8,
  NOT_DESTINATION: 16,
  PROTOCOL: 32,
  NOT_PROTOCOL: 64,
  PORT: 128,
  COMMENT: 256,
  RANDOM: 512,
  JUMP: 1024,
  DNAT: 2048,
  /** The source is in the list of recent sources that is called as the chain jumped to, not longer than WEIGHT seconds. */
  RECENT: 4096,
  /** The source is put into the list that is called as the rule's own chain. */
  REMEMBER: 8192,
} as const;

/** The rows of one dump. */
export class Rows {
  /** `ROW_CELLS` integers a row. */
  cells: Int32Array;
  /** IPv6 addresses, four integers each, the highest first. */
  wide: Int32Array = new Int32Array(0);
  wideCount = 0;
  count = 0;
  readonly bytes: Uint8Array;
  /** The same bytes, to be read four at once. */
  readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // A guess at the number of lines; memory that is never touched costs nothing.
    this.cells = new Int32Array(ROW_CELLS * (64 + Math.ceil(bytes.length / 80)));
  }

  /** The first cell of a new row; all its cells are 0. */
  add(): number {
    const base = this.count * ROW_CELLS;
    if (base + ROW_CELLS > this.cells.length) this.cells = grown(this.cells);
    this.count++;
    return base;
  }

  /** The first integer of a new IPv6 address in `wide`. */
  addWide(): number {
    const base = this.wideCount * 4;
    if (base + 4 > this.wide.length) this.wide = grown(this.wide);
    this.wideCount++;
    return base;
  }

  /** The IPv6 address number `index`. */
  wideAt(index: number): bigint {
    let value = 0n;
    for (let i = index * 4; i < index * 4 + 4; i++)
      value = (value << 32n) | BigInt((this.wide[i] ?? 0) >>> 0);
    return value;
  }
}

function grown(cells: Int32Array): Int32Array {
  const larger = new Int32Array(Math.max(1024, cells.length * 2));
  larger.set(cells);
  return larger;
}
