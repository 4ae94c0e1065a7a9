/** Policies a declaration can name; a chain that users made has none. */
export const POLICY = { NONE: 0, ACCEPT: 1, DROP: 2 } as const;

const decoder = new TextDecoder();

/** The chains of one table, numbered in the order they are met. Names stay bytes of the dump until somebody asks. */
export class ChainNames {
  count = 0;
  /** 1-based line of the declaration; 0 where there is none. */
  lines: Int32Array = new Int32Array(64);
  policies: Uint8Array = new Uint8Array(64);
  private starts: Int32Array = new Int32Array(64);
  private ends: Int32Array = new Int32Array(64);
  private hashes: Int32Array = new Int32Array(64);
  private slots: Int32Array = new Int32Array(128);
  private readonly bytes: Uint8Array;
  // Names that were asked for: walks follow the same jumps again and again.
  private readonly texts: (string | undefined)[] = [];
  private readonly numbers: Map<string, number> = new Map();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The number of the chain whose name is bytes `start` to `end`; -1 where it has none. */
  find(start: number, end: number): number {
    return this.findHashed(hashBytes(this.bytes, start, end), start, end);
  }

  /** The number of the chain whose name is bytes `start` to `end`, new where it had none. */
  intern(start: number, end: number): number {
    const hash = hashBytes(this.bytes, start, end);
    const found = this.findHashed(hash, start, end);
    if (found >= 0) return found;
    if (this.count === this.starts.length) this.grow();
    const id = this.count++;
    this.starts[id] = start;
    this.ends[id] = end;
    this.hashes[id] = hash;
    this.place(hash, id);
    return id;
  }

  /** Whether bytes `start` to `end` are the name of chain `id`. */
  isName(id: number, start: number, end: number): boolean {
    const { bytes } = this;
    const first = this.starts[id] ?? 0;
    if ((this.ends[id] ?? 0) - first !== end - start) return false;
    // Names differ at their end.
    for (let i = end - start - 1; i >= 0; i--) if (bytes[first + i] !== bytes[start + i]) return false;
    return true;
  }

  /** The number of the chain called `name`; -1 where there is none. */
  findName(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const wanted = new TextEncoder().encode(name);
    let slot = hashBytes(wanted, 0, wanted.length) & (this.slots.length - 1);
    for (;;) {
      const id = (this.slots[slot] ?? 0) - 1;
      if (id < 0) return -1;
      if (this.nameOf(id) === name) {
        this.numbers.set(name, id);
        return id;
      }
      slot = (slot + 1) & (this.slots.length - 1);
    }
  }

  /** The name of chain `id`. */
  nameOf(id: number): string {
    return (this.texts[id] ??= decoder.decode(this.bytes.subarray(this.starts[id], this.ends[id])));
  }

  private findHashed(hash: number, start: number, end: number): number {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (;;) {
      const id = (this.slots[slot] ?? 0) - 1;
      if (id < 0) return -1;
      if (this.hashes[id] === hash && this.isName(id, start, end)) return id;
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
    const size = this.starts.length * 2;
    const larger = (old: Int32Array): Int32Array => {
      const copy = new Int32Array(size);
      copy.set(old);
      return copy;
    };
    this.lines = larger(this.lines);
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
    this.hashes = larger(this.hashes);
    const policies = new Uint8Array(size);
    policies.set(this.policies);
    this.policies = policies;
    this.slots = new Int32Array(size * 2);
    for (let id = 0; id < this.count; id++) this.place(this.hashes[id] ?? 0, id);
  }
}

/** FNV-1a, mixed so that the low bits can choose a slot. */
function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return hash ^ (hash >>> 15);
}
