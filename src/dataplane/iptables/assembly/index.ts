import * as CELL from '../row-cells';
import { CAPACITY, ascii, isText } from './memory';
import { beginNames, countNames, countRow, declare, endOfChain, intern } from './names';
import { beginRows, endOfWide, readRow } from './read-row';

export { CAPACITY, LONGEST_NAME, NAME, TEXT } from './memory';
export {
  areRowsScattered,
  arenaAt,
  countNames,
  countRow,
  declare,
  hashOfName,
  internName,
  lineOf,
  recordsAt,
  sizeOfNames,
  slotsAt,
  slotsSize,
} from './names';

const SPACE: u8 = 32;
const ACCEPT = ascii('ACCEPT');
const DROP = ascii('DROP');
const ROW: usize = 64;
/** The shortest rule line that fits a row, `-A C -j D`, and the shortest IPv6 address with its option, `-s ::`. */
const SHORTEST_RULE: usize = 10;
const SHORTEST_ADDRESS: usize = 6;

/** Where rows stand, and IPv6 addresses. */
export const ROWS: usize = heap.alloc((CAPACITY / SHORTEST_RULE + 1) * ROW);
export const WIDE: usize = heap.alloc((CAPACITY / SHORTEST_ADDRESS + 1) << 4);

let rowsEnd: usize = ROWS;
/** The chain of the last rule: rules of a chain stand together. -1 where there was none. */
let chain: i32 = -1;
let line: i32 = 0;
let areWide: bool = false;

/** Begins a table, whose addresses may be IPv6 and whose first rule is the row `firstRow` of the dump. */
export function beginTable(isWide: bool, firstRow: i32): void {
  beginNames(firstRow);
  chain = -1;
  areWide = isWide;
}

/** How many lines the last `readLines` took. */
export function countLines(): i32 {
  return line;
}

/** How many bytes of rows it made. */
export function sizeOfRows(): usize {
  return rowsEnd - ROWS;
}

/**
 * Reads the whole lines from `at` to `stop`, the first of which is `number` (1-based). Returns where the first stands that is neither a declaration nor
 * a rule that fits a row, or `stop`. Rows stand at ROWS, IPv6 addresses at WIDE; `toDump` added to a place in memory is its place in the dump, which has `wideCount`
 * addresses already.
 */
export function readLines(at: usize, stop: usize, number: i32, toDump: u32, wideCount: u32): usize {
  rowsEnd = ROWS;
  line = 0;
  beginRows(toDump, areWide, WIDE, wideCount);
  while (at < stop) {
    const end =
      load<u8>(at) == 58 ? readDeclaration(at + 1, number + line) : readRule(at, number + line, toDump);
    if (end == 0) break;
    line++;
    at = end + 1;
  }
  return at;
}

/** How many bytes of IPv6 addresses it read. */
export function sizeOfWide(): usize {
  return endOfWide() - WIDE;
}

/** Reads the line at `at` to a new row; returns where it ends, or 0. */
function readRule(at: usize, number: i32, toDump: u32): usize {
  const start = load<u8>(at) == 91 ? behindCounters(at) : at;
  if (load<u8>(start) != 45 || load<u8>(start + 1) != 65 || load<u8>(start + 2) != SPACE) return 0;
  const nameEnd = readChain(start + 3);
  if (nameEnd == start + 3 || load<u8>(nameEnd) != SPACE) return 0;
  const end = readRow(rowsEnd, nameEnd + 1, chain);
  if (end == 0) return 0;
  store<u32>(rowsEnd, <u32>start + toDump, CELL.START << 2);
  store<i32>(rowsEnd, number, CELL.LINE << 2);
  store<i32>(rowsEnd, chain, CELL.CHAIN << 2);
  rowsEnd += ROW;
  countRow(chain);
  return end;
}

/** Where the rule behind `[1:2] ` begins; `at` where no counters stand there. */
function behindCounters(at: usize): usize {
  let next = at + 1;
  while (true) {
    const byte = load<u8>(next);
    if (byte == 93) return load<u8>(next + 1) == SPACE ? next + 2 : at;
    if (byte != 58 && !(byte >= 48 && byte <= 57)) return at;
    next++;
  }
  return at;
}

/** Makes the chain named at `start` the current one; returns where its name ends. */
function readChain(start: usize): usize {
  if (chain >= 0) {
    const same = endOfChain(chain, start);
    if (same != 0) return same;
    // Chains follow each other in the order they were declared.
    const next = chain + 1 < countNames() ? endOfChain(chain + 1, start) : 0;
    if (next != 0) {
      chain++;
      return next;
    }
  }
  let end = start;
  while (load<u8>(end) > SPACE) end++;
  const found = intern(start, end - start);
  if (found < 0) return start;
  chain = found;
  return end;
}

/** `CHAIN POLICY [packets:bytes]` at `start`; returns where the line ends, or 0. */
function readDeclaration(start: usize, number: i32): usize {
  let at = start;
  while (load<u8>(at) > SPACE) at++;
  const length = at - start;
  if (load<u8>(at) != SPACE) return 0;
  const policy = policyAt(++at);
  if (policy < 0) return 0;
  at += policy == 1 ? ACCEPT.length : policy == 2 ? DROP.length : 1;
  const isEnd = load<u8>(at) == 13 ? load<u8>(at + 1) == 10 : load<u8>(at) == 10;
  if (!isEnd && load<u8>(at) != SPACE) return 0;
  const id = intern(start, length);
  if (id < 0) return 0;
  declare(id, number, policy);
  while (load<u8>(at) != 10) at++;
  return at;
}

/** A policy of `ChainNames`; -1 where none stands at `at`. */
function policyAt(at: usize): i32 {
  if (load<u8>(at) == 45) return 0;
  if (isText(at, ACCEPT)) return 1;
  return isText(at, DROP) ? 2 : -1;
}
