import { LONGEST_NAME, NAME, isSame } from './memory';

// The chains of one table, numbered in the order they are met. A record is six integers: where the name stands in `arena`, its length and hash,
// the line that declares it (0 for none) with the policy above it, and of its rules the first row and their number. `ChainNames` keeps copies of
// `records`, `slots` and `arena`.
const RECORD: usize = 24;
const LENGTH: usize = 4;
const HASH: usize = 8;
const DECLARED: usize = 12;
const FIRST_ROW: usize = 16;
const ROW_COUNT: usize = 20;
const POLICY_SHIFT: i32 = 30;

// A table of a few chains is not told in the space of the largest before it.
const FEWEST: i32 = 64;

let capacity: i32 = FEWEST;
/** How many chains there is memory for. */
let room: i32 = FEWEST;
let count: i32 = 0;
let records: usize = heap.alloc(<usize>room * RECORD);
/** Per slot of the hash table, two for each chain, the number of a chain + 1; 0 for none. */
let slots: usize = heap.alloc((<usize>room) << 3);
let mask: u32 = ((<u32>capacity) << 1) - 1;
let arenaSize: usize = 1 << 16;
let arenaEnd: usize = 0;
let arena: usize = heap.alloc(arenaSize);

let nextRow: i32 = 0;
let isScattered: bool = false;

/** Forgets all chains; the next rule is the row `firstRow` of the dump. */
export function beginNames(firstRow: i32): void {
  nextRow = firstRow;
  isScattered = false;
  count = 0;
  arenaEnd = 0;
  setCapacity(FEWEST);
  memory.fill(slots, 0, slotsSize());
}

/** How many chains there are. */
export function countNames(): i32 {
  return count;
}

/** Where the records stand. */
export function recordsAt(): usize {
  return records;
}

/** Where the slots of the hash table stand. */
export function slotsAt(): usize {
  return slots;
}

/** Length of the hash table in bytes. */
export function slotsSize(): usize {
  return (<usize>mask + 1) << 2;
}

/** Where the bytes of all names stand. */
export function arenaAt(): usize {
  return arena;
}

/** Length of all names in bytes. */
export function sizeOfNames(): usize {
  return arenaEnd;
}

/** The hash of `length` bytes at NAME. */
export function hashOfName(length: usize): u32 {
  return hashOf(NAME, length);
}

/** The number of the chain whose name is `length` bytes at NAME, new where it had none. */
export function internName(length: usize): i32 {
  return intern(NAME, length);
}

/** The line that declares chain `id`; 0 for none. */
export function lineOf(id: i32): i32 {
  return load<i32>(recordOf(id), DECLARED) & ((1 << POLICY_SHIFT) - 1);
}

/** Notes that `line` declares chain `id` with a policy of `ChainNames`. */
export function declare(id: i32, line: i32, policy: i32): void {
  store<i32>(recordOf(id), line | (policy << POLICY_SHIFT), DECLARED);
}

/** Notes that the next row is a rule of chain `id`. */
export function countRow(id: i32): void {
  const record = recordOf(id);
  const rows = load<i32>(record, ROW_COUNT);
  if (rows == 0) store<i32>(record, nextRow, FIRST_ROW);
  else if (load<i32>(record, FIRST_ROW) + rows != nextRow) isScattered = true;
  store<i32>(record, rows + 1, ROW_COUNT);
  nextRow++;
}

/** Whether the rows of some chain do not stand together. */
export function areRowsScattered(): bool {
  return isScattered;
}

/** The number of the chain whose name is `length` bytes at `start`, new where it had none; -1 for what can be no name. */
export function intern(start: usize, length: usize): i32 {
  if (length == 0 || length > LONGEST_NAME) return -1;
  const hash = hashOf(start, length);
  const found = findHashed(hash, start, length);
  if (found >= 0) return found;
  if (count == capacity) grow();
  if (arenaEnd + length > arenaSize) {
    arenaSize *= 4;
    arena = heap.realloc(arena, arenaSize);
  }
  memory.copy(arena + arenaEnd, start, length);
  const id = count++;
  const record = recordOf(id);
  store<u32>(record, <u32>arenaEnd);
  store<u32>(record, <u32>length, LENGTH);
  store<u32>(record, hash, HASH);
  store<u32>(record, 0, DECLARED);
  store<u32>(record, 0, ROW_COUNT);
  arenaEnd += length;
  place(hash, id);
  return id;
}

/** Where the name of chain `id` ends in the line whose name begins at `start`; 0 where another name stands there. */
export function endOfChain(id: i32, start: usize): usize {
  const record = recordOf(id);
  const length = <usize>load<u32>(record, LENGTH);
  if (!isSame(arena + load<u32>(record), start, length)) return 0;
  return load<u8>(start + length) > 32 ? 0 : start + length;
}

function recordOf(id: i32): usize {
  return records + <usize>id * RECORD;
}

function findHashed(hash: u32, start: usize, length: usize): i32 {
  let slot = hash & mask;
  while (true) {
    const id = load<i32>(slots + ((<usize>slot) << 2)) - 1;
    if (id < 0) return -1;
    const record = recordOf(id);
    if (load<u32>(record, HASH) == hash && load<u32>(record, LENGTH) == <u32>length)
      if (isSame(arena + load<u32>(record), start, length)) return id;
    slot = (slot + 1) & mask;
  }
}

function place(hash: u32, id: i32): void {
  let slot = hash & mask;
  while (load<i32>(slots + ((<usize>slot) << 2)) != 0) slot = (slot + 1) & mask;
  store<i32>(slots + ((<usize>slot) << 2), id + 1);
}

function setCapacity(to: i32): void {
  capacity = to;
  mask = ((<u32>capacity) << 1) - 1;
}

function grow(): void {
  setCapacity(capacity * 4);
  if (capacity > room) {
    room = capacity;
    records = heap.realloc(records, <usize>room * RECORD);
    slots = heap.realloc(slots, slotsSize());
  }
  memory.fill(slots, 0, slotsSize());
  for (let id = 0; id < count; id++) place(load<u32>(recordOf(id), HASH), id);
}

// Eight bytes a step, the last overlapping those before; mixed so that the low bits can choose a slot.
function hashOf(start: usize, length: usize): u32 {
  const end = start + length;
  let hash = <u64>length;
  if (length < 8) for (let at = start; at < end; at++) hash = mix(hash ^ load<u8>(at));
  else {
    for (let at = start; at + 8 < end; at += 8) hash = mix(hash ^ load<u64>(at));
    hash = mix(hash ^ load<u64>(end - 8));
  }
  return <u32>hash;
}

function mix(hash: u64): u64 {
  const product = hash * 0x9e3779b97f4a7c15;
  return product ^ (product >>> 29);
}
