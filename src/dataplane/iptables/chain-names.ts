/** Policies a declaration can name; a chain that users made has none. */
export const POLICY = { NONE: 0, ACCEPT: 1, DROP: 2 } as const;

// A record of `assembly/names.ts`.
const CELLS = 6;
const START = 0;
const LENGTH = 1;
const DECLARED = 3;
const FIRST_ROW = 4;
const ROW_COUNT = 5;
const POLICY_SHIFT = 30;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** What the scanner knows of the chains of a table: see `assembly/names.ts`. */
interface Scanned {
  readonly records: Int32Array;
  /** The hash table. */
  readonly slots: Int32Array;
  /** All names. */
  readonly texts: Uint8Array;
  /** Its hash. */
  readonly hashOf: (name: Uint8Array) => number;
  /** Whether the rows of each chain stand together. */
  readonly isGrouped: boolean;
}

/** The chains of one table, numbered in the order they are met. Names stay bytes until somebody asks. */
export class ChainNames {
  /** Of a table without chains. */
  static readonly NONE: ChainNames = new ChainNames({
    records: new Int32Array(0),
    slots: new Int32Array(1),
    texts: new Uint8Array(0),
    hashOf: () => 0,
    isGrouped: true,
  });

  readonly count: number;
  private readonly scanned: Scanned;
  /** Names that were asked for: a walk asks for the same few again and again. */
  private readonly names: (string | undefined)[] = [];

  constructor(scanned: Scanned) {
    this.scanned = scanned;
    this.count = scanned.records.length / CELLS;
  }

  /** Whether the rows of each chain stand together. */
  get isGrouped(): boolean {
    return this.scanned.isGrouped;
  }

  /** The row of the first rule of chain `id`, where it has any. */
  firstRowOf(id: number): number {
    return this.scanned.records[id * CELLS + FIRST_ROW] ?? 0;
  }

  /** How many rules chain `id` has. */
  rowCountOf(id: number): number {
    return this.scanned.records[id * CELLS + ROW_COUNT] ?? 0;
  }

  /** The 1-based line that declares chain `id`; 0 where there is none. */
  lineOf(id: number): number {
    return (this.scanned.records[id * CELLS + DECLARED] ?? 0) & ((1 << POLICY_SHIFT) - 1);
  }

  /** One of POLICY. */
  policyOf(id: number): number {
    return (this.scanned.records[id * CELLS + DECLARED] ?? 0) >>> POLICY_SHIFT;
  }

  /** The number of the chain called `name`; -1 where there is none. */
  findName(name: string): number {
    return this.find(encoder.encode(name));
  }

  /** The number of the chain whose name is the bytes `name`; -1 where there is none. */
  find(name: Uint8Array): number {
    const { slots, hashOf } = this.scanned;
    const mask = slots.length - 1;
    for (let slot = hashOf(name) & mask; ; slot = (slot + 1) & mask) {
      const id = (slots[slot] ?? 0) - 1;
      if (id < 0 || this.isNamed(id, name)) return id;
    }
  }

  private isNamed(id: number, name: Uint8Array): boolean {
    const { records, texts } = this.scanned;
    if (records[id * CELLS + LENGTH] !== name.length) return false;
    const start = records[id * CELLS + START] ?? 0;
    // Names differ at their end.
    for (let i = name.length - 1; i >= 0; i--) if (texts[start + i] !== name[i]) return false;
    return true;
  }

  /** The name of chain `id`. */
  nameOf(id: number): string {
    let name = this.names[id];
    if (name === undefined) {
      const { records, texts } = this.scanned;
      const start = records[id * CELLS + START] ?? 0;
      name = decoder.decode(texts.subarray(start, start + (records[id * CELLS + LENGTH] ?? 0)));
      this.names[id] = name;
    }
    return name;
  }
}
