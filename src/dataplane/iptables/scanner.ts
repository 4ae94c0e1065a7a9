import { ChainNames } from './chain-names.ts';
import { SCANNER_CODE } from './scanner-code.ts';
import type { Rows } from './rows.ts';

/** What `assembly/index.ts` exports. Places are those in `memory`. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly CAPACITY: { readonly value: number };
  readonly LONGEST_NAME: { readonly value: number };
  readonly NAME: { readonly value: number };
  readonly TEXT: { readonly value: number };
  readonly ROWS: { readonly value: number };
  readonly WIDE: { readonly value: number };
  beginTable(isWide: boolean, firstRow: number): void;
  readLines(at: number, stop: number, number: number, toDump: number, wideCount: number): number;
  countLines(): number;
  sizeOfRows(): number;
  sizeOfWide(): number;
  hashOfName(length: number): number;
  internName(length: number): number;
  declare(id: number, line: number, policy: number): void;
  lineOf(id: number): number;
  countRow(id: number): void;
  areRowsScattered(): number;
  countNames(): number;
  recordsAt(): number;
  slotsAt(): number;
  slotsSize(): number;
  arenaAt(): number;
  sizeOfNames(): number;
}

// Node has it; the types of Node leave it to those of browsers.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const NEWLINE = 10;
const NAME_SIZE = 24;
let shared: Exports | undefined;

/** The compiled scanner: one for all dumps, as they are read one after the other. */
function scanner(): Exports {
  if (shared === undefined) {
    const code = Uint8Array.from(atob(SCANNER_CODE), (char) => char.charCodeAt(0));
    shared = new WebAssembly.Instance(new WebAssembly.Module(code)).exports as Exports;
  }
  return shared;
}

/**
 * Reads the lines of one dump that most are: rules of the kinds that fit a row, and declarations of chains. The work is done in WebAssembly, which is as fast in
 * a process that has just started as in one that has read much: see docs/decisions/0007.
 */
export class Scanner {
  private readonly code = scanner();
  private readonly bytes: Uint8Array;
  private readonly rows: Rows;
  /** The part of the dump that stands at TEXT. */
  private start = 0;
  private stop = 0;

  constructor(bytes: Uint8Array, rows: Rows) {
    this.bytes = bytes;
    this.rows = rows;
  }

  /** Forgets the chains of the last table. */
  beginTable(isWide: boolean): void {
    this.code.beginTable(isWide, this.rows.count);
  }

  /**
   * Reads the lines from `at` on, the first of which is `number` (1-based), until one is something else or ends with the dump. Returns where that stands, or the
   * length of the dump, and how many lines came before.
   */
  readLines(at: number, number: number): { readonly at: number; readonly count: number } {
    const { bytes, code, rows } = this;
    const text = code.TEXT.value;
    let count = 0;
    while (at < bytes.length && this.hold(at)) {
      const toDump = this.start - text;
      const found = code.readLines(at - toDump, this.stop - toDump, number + count, toDump, rows.wideCount);
      rows.append(this.cellsAt(code.ROWS.value, code.sizeOfRows()));
      rows.appendWide(this.cellsAt(code.WIDE.value, code.sizeOfWide()));
      count += code.countLines();
      at = found + toDump;
      if (at < this.stop) break;
    }
    return { at, count };
  }

  /** The number of the chain `name`, new where it had none; -1 for what can be no name. */
  intern(name: Uint8Array): number {
    return this.code.internName(writeName(name));
  }

  /** A new row, which is a rule of chain `id`; returns its first cell. */
  addRow(id: number): number {
    this.code.countRow(id);
    return this.rows.add();
  }

  /** Notes that `line` (1-based) declares chain `id`; a policy of `POLICY`. */
  declare(id: number, line: number, policy: number): void {
    this.code.declare(id, line, policy);
  }

  /** The 1-based line that declares chain `id`; 0 where there is none. */
  lineOf(id: number): number {
    return this.code.lineOf(id);
  }

  /** A copy of the chains of the table. */
  takeNames(): ChainNames {
    const { code } = this;
    const records = this.cellsAt(code.recordsAt(), code.countNames() * NAME_SIZE).slice();
    const slots = this.cellsAt(code.slotsAt(), code.slotsSize()).slice();
    const texts = new Uint8Array(code.memory.buffer, code.arenaAt(), code.sizeOfNames()).slice();
    return new ChainNames({
      records,
      slots,
      texts,
      hashOf: hashOfName,
      isGrouped: code.areRowsScattered() === 0,
    });
  }

  /** Makes the line at `at` stand at TEXT with the whole lines behind it; false where it ends with the dump or is longer than all of TEXT. */
  private hold(at: number): boolean {
    if (at >= this.start && at < this.stop) return true;
    const { bytes, code } = this;
    const most = Math.min(at + code.CAPACITY.value, bytes.length);
    const stop = bytes.lastIndexOf(NEWLINE, most - 1) + 1;
    if (stop <= at) return false;
    new Uint8Array(code.memory.buffer, code.TEXT.value).set(bytes.subarray(at, stop));
    this.start = at;
    this.stop = stop;
    return true;
  }

  private cellsAt(at: number, size: number): Int32Array {
    return new Int32Array(this.code.memory.buffer, at, size >> 2);
  }
}

/** Puts `name` where the scanner looks for one; returns its length in bytes, 0 where it is too long for a chain. */
function writeName(name: Uint8Array): number {
  const { memory, NAME, LONGEST_NAME } = scanner();
  if (name.length > LONGEST_NAME.value) return 0;
  new Uint8Array(memory.buffer, NAME.value).set(name);
  return name.length;
}

function hashOfName(name: Uint8Array): number {
  return scanner().hashOfName(writeName(name));
}
