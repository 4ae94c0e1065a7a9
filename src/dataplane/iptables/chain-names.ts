import { isSame } from './read-bytes.ts';

/** Policies a declaration can name; a chain that users made has none. */
export const POLICY = { NONE: 0, ACCEPT: 1, DROP: 2 } as const;

// What of a chain stands together: a look-up that misses the cache should miss it once.
const START = 0;
const END = 1;
const HASH = 2;
const LINE = 3;
const CELLS = 4;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** The chains of one table, numbered in the order they are met. Names stay bytes of the dump until somebody asks. */
export class ChainNames {
  count = 0;
  private records: Int32Array = new Int32Array(64 * CELLS);
  private policies: Uint8Array = new Uint8Array(64);
  private slots: Int32Array = new Int32Array(128);
  /** Names that were asked for: a walk asks for the same few again and again. */
  private readonly texts: (string | undefined)[] = [];
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor({ bytes, view }: { readonly bytes: Uint8Array; readonly view: DataView }) {
    this.bytes = bytes;
    this.view = view;
  }

  /** The number of the chain whose name is bytes `start` to `end`; -1 where it has none. */
  find(start: number, end: number): number {
    return this.findHashed(hashBytes(this.view, start, end), start, end);
  }

  /** The number of the chain whose name is bytes `start` to `end`, new where it had none. */
  intern(start: number, end: number): number {
    const hash = hashBytes(this.view, start, end);
    const found = this.findHashed(hash, start, end);
    if (found >= 0) return found;
    if (this.count * CELLS === this.records.length) this.grow();
    const id = this.count++;
    const base = id * CELLS;
    this.records[base + START] = start;
    this.records[base + END] = end;
    this.records[base + HASH] = hash;
    this.place(hash, id);
    return id;
  }

  /** Where the name of chain `id` ends in the line whose name begins at `start`; -1 where another name stands there. */
  endOfName(id: number, start: number): number {
    const { bytes, records } = this;
    const first = records[id * CELLS + START] ?? 0;
    const length = (records[id * CELLS + END] ?? 0) - first;
    if (!isSame(this.view, first, start, length)) return -1;
    return (bytes[start + length] ?? 0) > 32 ? -1 : start + length;
  }

  /** Notes that `line` (1-based) declares chain `id`. */
  declare(id: number, line: number, policy: number): void {
    this.records[id * CELLS + LINE] = line;
    this.policies[id] = policy;
  }

  /** The 1-based line that declares chain `id`; 0 where there is none. */
  lineOf(id: number): number {
    return this.records[id * CELLS + LINE] ?? 0;
  }

  /** One of POLICY. */
  policyOf(id: number): number {
    return this.policies[id] ?? POLICY.NONE;
  }

  /** The number of the chain called `name`; -1 where there is none. */
  findName(name: string): number {
    const wanted = encoder.encode(name);
    const mask = this.slots.length - 1;
    let slot =
      hashBytes(new DataView(wanted.buffer, wanted.byteOffset, wanted.length), 0, wanted.length) & mask;
    for (;;) {
      const id = (this.slots[slot] ?? 0) - 1;
      if (id < 0 || this.nameOf(id) === name) return id;
      slot = (slot + 1) & mask;
    }
  }

  /** The name of chain `id`. */
  nameOf(id: number): string {
    let text = this.texts[id];
    if (text === undefined) {
      const base = id * CELLS;
      text = decoder.decode(this.bytes.subarray(this.records[base + START], this.records[base + END]));
      this.texts[id] = text;
    }
    return text;
  }

  private findHashed(hash: number, start: number, end: number): number {
    const { slots, records, view } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = (slots[slot] ?? 0) - 1;
      if (id < 0) return -1;
      const base = id * CELLS;
      if (records[base + HASH] === hash) {
        const first = records[base + START] ?? 0;
        const length = end - start;
        if ((records[base + END] ?? 0) - first === length && isSame(view, first, start, length)) return id;
      }
      slot = (slot + 1) & mask;
    }
  }

  private place(hash: number, id: number): void {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = id + 1;
  }

  private grow(): void {
    const records = new Int32Array(this.records.length * 4);
    records.set(this.records);
    this.records = records;
    const policies = new Uint8Array(this.policies.length * 4);
    policies.set(this.policies);
    this.policies = policies;
    this.slots = new Int32Array(this.slots.length * 4);
    for (let id = 0; id < this.count; id++) this.place(records[id * CELLS + HASH] ?? 0, id);
  }
}

/** Four bytes a step, mixed so that the low bits can choose a slot. */
function hashBytes(view: DataView, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
  return hash ^ (hash >>> 13);
}
