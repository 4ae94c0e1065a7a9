import * as CELL from '../row-cells';
import * as FLAG from '../row-flags';
import { ascii, isSame, isText } from './memory';
import { endOfChain } from './names';
import { readIpv4, readIpv6, readNumber, readProbability, value } from './values';

const SPACE: u8 = 32;
const QUOTE: u8 = 34;
const BACKSLASH: u8 = 92;
const ANY_RECENT = FLAG.RECENT | FLAG.REMEMBER;

const JUMP = ascii('-j ');
const DPORT = ascii('--dport ');
const TCP = ascii('tcp ');
const UDP = ascii('udp ');
const SCTP = ascii('sctp ');
const COMMENT = ascii('comment --comment ');
const SET = ascii('recent --set ');
const CHECK = ascii('recent --rcheck --seconds ');
const REAP = ascii(' --reap ');
const NAMED = ascii('--name ');
const WHOLE = ascii(' --mask 255.255.255.255 --rsource ');
const RANDOM = ascii('statistic --mode random --probability ');
const REJECT = ascii('REJECT --reject-with ');
const DNAT = ascii('DNAT --to-destination ');

/** Added to a place in memory, the place in the dump. */
let shift: u32 = 0;
let isWide: bool = false;
/** Where the next IPv6 address goes, and its number in the dump. */
let wideAt: usize = 0;
let wideCount: u32 = 0;
/** The cells of the row. */
let row: usize = 0;
let flags: u32 = 0;
/** The protocol whose match is loaded; 0 for none. */
let module: u32 = 0;
/** The name of the list of recent sources. */
let listStart: usize = 0;
let listEnd: usize = 0;

/** Says how places become those of the dump, whether addresses are IPv6, where those go and how many there are already. */
export function beginRows(toDump: u32, areWide: bool, wide: usize, count: u32): void {
  shift = toDump;
  isWide = areWide;
  wideAt = wide;
  wideCount = count;
}

/** One behind the last IPv6 address. */
export function endOfWide(): usize {
  return wideAt;
}

/**
 * Reads the rule line of `chain` whose options begin at `at` into the row `to`. Returns where the line ends, or 0 where it holds more than a row
 * can say: then the row means nothing, and the words are read one by one instead.
 *
 * It takes what kube-proxy's rules are made of, in the order of iptables-save and of iptables-restore input: addresses, protocol, destination port,
 * comment, random choice, lists of recent sources, and a jump or DNAT.
 */
export function readRow(to: usize, at: usize, chain: i32): usize {
  row = to;
  flags = 0;
  module = 0;
  const wideBefore = wideAt;
  const end = readOptions(at, chain);
  if (end == 0) {
    wideCount -= (<u32>(wideAt - wideBefore)) >>> 4;
    wideAt = wideBefore;
  }
  return end;
}

function set(cell: i32, to: u32): void {
  store<u32>(row + ((<usize>cell) << 2), to);
}

/** Takes `flag` once in a rule. */
function take(flag: u32): bool {
  const isNew = (flags & flag) == 0;
  flags |= flag;
  return isNew;
}

/** One behind the space at `at`; 0 where none stands there. */
function behindSpace(at: usize): usize {
  return at != 0 && load<u8>(at) == SPACE ? at + 1 : 0;
}

function readOptions(at: usize, chain: i32): usize {
  while (at != 0) {
    const isNot = load<u8>(at) == 33;
    if (isNot && load<u8>(++at) != SPACE) return 0;
    if (isNot) at++;
    if (load<u8>(at) != 45) return 0;
    const option = load<u8>(at + 1);
    if (option == 45) {
      // Of a match that is loaded.
      if (isNot || module == 0 || !isText(at, DPORT) || !take(FLAG.PORT)) return 0;
      at = behindSpace(readNumber(at + 8, 0xffff));
      set(CELL.PORT, value);
      continue;
    }
    if (load<u8>(at + 2) != SPACE) return 0;
    at += 3;
    if (option == 106) return isNot ? 0 : readTarget(at, chain);
    if (option == 109) {
      if (isNot) return 0;
      const isLast = isText(at, RANDOM);
      at = readMatch(at);
      // Chance comes last, or its order among the matches would have to be kept.
      if (isLast) return at != 0 && isText(at, JUMP) ? readTarget(at + 3, chain) : 0;
    } else if (option == 115) {
      if (!take(FLAG.SOURCE)) return 0;
      if (isNot) flags |= FLAG.NOT_SOURCE;
      at = readCidr(at, CELL.SOURCE, CELL.SOURCE_PREFIX);
    } else if (option == 100) {
      if (!take(FLAG.DESTINATION)) return 0;
      if (isNot) flags |= FLAG.NOT_DESTINATION;
      at = readCidr(at, CELL.DESTINATION, CELL.DESTINATION_PREFIX);
    } else if (option == 112) {
      const protocol = protocolAt(at);
      if (protocol == 0 || isNot || !take(FLAG.PROTOCOL)) return 0;
      set(CELL.PROTOCOL, protocol);
      at += protocol == 132 ? 5 : 4;
    } else return 0;
  }
  return 0;
}

/** `tcp `, `udp ` or `sctp ` as a number; 0 for anything else. */
function protocolAt(at: usize): u32 {
  if (isText(at, TCP)) return 6;
  if (isText(at, UDP)) return 17;
  return isText(at, SCTP) ? 132 : 0;
}

// `address[/prefix] `.
function readCidr(at: usize, cell: i32, prefixCell: i32): usize {
  const bits: u32 = isWide ? 128 : 32;
  at = readAddress(at, cell);
  if (at == 0) return 0;
  if (load<u8>(at) == 47) {
    at = readNumber(at + 1, bits);
    set(prefixCell, value);
  } else set(prefixCell, bits);
  return behindSpace(at);
}

// An IPv6 address goes to `wideAt`, its number to `cell`.
function readAddress(at: usize, cell: i32): usize {
  if (!isWide) {
    at = readIpv4(at);
    set(cell, value);
    return at;
  }
  set(cell, wideCount++);
  const end = readIpv6(at, wideAt);
  wideAt += 16;
  return end;
}

/** What stands behind `-m `. */
function readMatch(at: usize): usize {
  if (isText(at, COMMENT)) return take(FLAG.COMMENT) ? readComment(at + COMMENT.length) : 0;
  if (isText(at, RANDOM)) {
    flags |= FLAG.RANDOM;
    at = behindSpace(readProbability(at + RANDOM.length));
    set(CELL.WEIGHT, value);
    return at;
  }
  if (isText(at, SET)) return take(ANY_RECENT) ? readRecent(at + SET.length, FLAG.REMEMBER) : 0;
  if (isText(at, CHECK)) {
    if (!take(ANY_RECENT)) return 0;
    at = readNumber(at + CHECK.length, 0xfffffff);
    set(CELL.WEIGHT, value);
    return at != 0 && isText(at, REAP) ? readRecent(at + REAP.length, FLAG.RECENT) : 0;
  }
  if (module != 0) return 0;
  module = protocolAt(at);
  return module == 0 ? 0 : at + (module == 132 ? 5 : 4);
}

// `word ` or `"words" `, without escapes.
function readComment(at: usize): usize {
  const isQuoted = load<u8>(at) == QUOTE;
  if (isQuoted) at++;
  set(CELL.COMMENT_START, <u32>at + shift);
  at = isQuoted ? endOfPlain(at) : endOfWord(at);
  set(CELL.COMMENT_END, <u32>at + shift);
  if (isQuoted && load<u8>(at++) != QUOTE) return 0;
  return behindSpace(at);
}

/** Where the first byte stands that is a quote, a backslash, a control character or none of ASCII. */
function endOfPlain(at: usize): usize {
  // Eight bytes a step: a byte of 0x80 stays where one of them is 0 or below what is taken away.
  while (true) {
    const word = load<u64>(at);
    const quote = word ^ 0x2222222222222222;
    const backslash = word ^ 0x5c5c5c5c5c5c5c5c;
    const found =
      ((quote - 0x0101010101010101) & ~quote) |
      ((backslash - 0x0101010101010101) & ~backslash) |
      ((word - 0x2020202020202020) & ~word) |
      word;
    if ((found & 0x8080808080808080) != 0) break;
    at += 8;
  }
  while (isPlain(load<u8>(at))) at++;
  return at;
}

function endOfWord(at: usize): usize {
  while (load<u8>(at) != SPACE && isPlain(load<u8>(at))) at++;
  return at;
}

function isPlain(byte: u8): bool {
  return byte >= SPACE && byte < 128 && byte != QUOTE && byte != BACKSLASH;
}

// `--name list …` as the save tools print it.
function readRecent(at: usize, kind: u32): usize {
  if (!isText(at, NAMED)) return 0;
  flags = (flags & ~ANY_RECENT) | kind;
  listStart = at + NAMED.length;
  listEnd = endOfName(listStart);
  return isText(listEnd, WHOLE) ? listEnd + WHOLE.length : 0;
}

function endOfName(at: usize): usize {
  while (load<u8>(at) > SPACE) at++;
  return at;
}

// `CHAIN` or `DNAT --to-destination address[:port]`, and nothing behind it.
function readTarget(at: usize, chain: i32): usize {
  // A module belongs to its protocol. The kernel takes nothing else.
  if (module != 0 && ((flags & FLAG.PROTOCOL) == 0 || load<u32>(row + (CELL.PROTOCOL << 2)) != module))
    return 0;
  const start = at;
  if (isText(at, DNAT)) {
    flags |= FLAG.DNAT;
    at = readDnat(at + DNAT.length);
    if (at == 0) return 0;
  } else {
    // What rejects stands in the order of Services without endpoints; with what, its words tell when it is asked for.
    const last = isText(at, REJECT) ? at + REJECT.length : at;
    at = endOfWord(last);
    if (at == last) return 0;
    flags |= FLAG.JUMP;
    set(CELL.TARGET, <u32>start + shift);
    set(CELL.TARGET_END, <u32>at + shift);
  }
  const end = at;
  if (load<u8>(at) == 13) at++;
  if (load<u8>(at) != 10) return 0;
  if ((flags & ANY_RECENT) != 0) {
    // Ports, chance and the like would share its place in the order or its cells.
    if ((flags & (FLAG.SOURCE | FLAG.PORT | FLAG.RANDOM)) != 0) return 0;
    // kube-proxy calls its lists as the chains of endpoints: a row has no room for another name.
    const isOwn = (flags & FLAG.RECENT) == 0 && endOfChain(chain, listStart) == listEnd;
    if (!isOwn && !isNamedAsTarget(start, end)) return 0;
  }
  set(CELL.END, <u32>end + shift);
  set(CELL.FLAGS, flags | FLAG.READ);
  return at;
}

/** Whether the list of recent sources that is asked is called as what is jumped to, from `start` to `end`. */
function isNamedAsTarget(start: usize, end: usize): bool {
  if ((flags & FLAG.RECENT) == 0 || (flags & FLAG.JUMP) == 0) return false;
  return end - start == listEnd - listStart && isSame(start, listStart, end - start);
}

// `address[:port]`, IPv6 in brackets.
function readDnat(at: usize): usize {
  const hasBrackets = isWide && load<u8>(at) == 91;
  at = readAddress(hasBrackets ? at + 1 : at, CELL.TARGET);
  set(CELL.TARGET_END, 0);
  if (at == 0) return 0;
  if (hasBrackets && load<u8>(at++) != 93) return 0;
  if (isWide && !hasBrackets) return at;
  if (load<u8>(at) != 58) return at;
  at = readNumber(at + 1, 0xffff);
  set(CELL.TARGET_END, value);
  // Port 0 in a row says that there is none.
  return value == 0 ? 0 : at;
}
