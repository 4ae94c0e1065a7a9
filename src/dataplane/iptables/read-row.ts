import type { ChainNames } from './chain-names.ts';
import {
  endOfPlain,
  isText,
  needle,
  readIpv4,
  readIpv6,
  readPort,
  readPrefix,
  readProbability,
  readSeconds,
} from './read-bytes.ts';
import { CELL, FLAG, type Rows } from './rows.ts';

const SPACE = 32;
const QUOTE = 34;
const BACKSLASH = 92;
const ANY_RECENT = FLAG.RECENT | FLAG.REMEMBER;
const RECENT_ALONE = ANY_RECENT | FLAG.SOURCE | FLAG.PORT | FLAG.RANDOM;

const TEXT = {
  DPORT: needle('--dport '),
  TCP: needle('tcp '),
  UDP: needle('udp '),
  SCTP: needle('sctp '),
  COMMENT: needle('comment --comment '),
  SET: needle('recent --set '),
  CHECK: needle('recent --rcheck --seconds '),
  REAP: needle(' --reap '),
  NAME: needle('--name '),
  WHOLE: needle(' --mask 255.255.255.255 --rsource '),
  RANDOM: needle('statistic --mode random --probability '),
  DNAT: needle('DNAT --to-destination '),
};

/**
 * Reads the rule line whose options begin at `at` into the row at `base`. Returns where the line ends, or -1 where it holds
 * more than a row can say: then the row means nothing, and the words are read one by one instead.
 *
 * It takes what kube-proxy's rules are made of, in the order of iptables-save and of iptables-restore input: addresses,
 * protocol, destination port, comment, random choice, and a jump or DNAT.
 */
export function readRow(rows: Rows, base: number, at: number, names: ChainNames, isWide: boolean): number {
  const { bytes, view } = rows;
  let flags = 0;
  let module = 0;
  for (;;) {
    let not = 0;
    if (bytes[at] === 33 && bytes[at + 1] === SPACE) {
      not = 1;
      at += 2;
    }
    if (bytes[at] !== 45) return -1;
    const option = bytes[at + 1] ?? 0;
    if (option === 45) {
      // --dport, of a module that is loaded.
      if (not === 1 || module === 0 || !isText(view, at, TEXT.DPORT)) return -1;
      at = readPort(bytes, at + 8, rows.cells, base + CELL.PORT);
      if (at < 0 || bytes[at] !== SPACE || (flags & FLAG.PORT) !== 0) return -1;
      flags |= FLAG.PORT;
      at++;
      continue;
    }
    if (bytes[at + 2] !== SPACE) return -1;
    at += 3;
    switch (option) {
      case 115: // s
        at = readAddress(rows, at, base + CELL.SOURCE, isWide);
        if (at < 0 || (flags & FLAG.SOURCE) !== 0) return -1;
        flags |= FLAG.SOURCE | (not * FLAG.NOT_SOURCE);
        break;
      case 100: // d
        at = readAddress(rows, at, base + CELL.DESTINATION, isWide);
        if (at < 0 || (flags & FLAG.DESTINATION) !== 0) return -1;
        flags |= FLAG.DESTINATION | (not * FLAG.NOT_DESTINATION);
        break;
      case 112: {
        // p
        const protocol = protocolAt(rows, at);
        if (protocol === 0 || not === 1 || (flags & FLAG.PROTOCOL) !== 0) return -1;
        rows.cells[base + CELL.PROTOCOL] = protocol;
        flags |= FLAG.PROTOCOL;
        at += protocol === 132 ? 5 : 4;
        break;
      }
      case 109: // m
        if (not === 1) return -1;
        if (bytes[at] === 99) {
          if ((flags & FLAG.COMMENT) !== 0) return -1;
          at = readComment(rows, at, base);
          flags |= FLAG.COMMENT;
        } else if (bytes[at] === 114) {
          const found = bytes[at + 9] === 115 ? FLAG.REMEMBER : FLAG.RECENT;
          at = readRecent(rows, at, base, found);
          // Ports, chance and the like would share its place in the order or its cells.
          if (at < 0 || (flags & RECENT_ALONE) !== 0) return -1;
          flags |= found;
        } else if (bytes[at + 1] === 116) {
          at = readStatistic(rows, at, base);
          // Chance comes last, or its order among the matches would have to be kept.
          return at < 0 ? -1 : readTarget(rows, at, base, names, isWide, flags | FLAG.RANDOM, module);
        } else {
          if (module !== 0) return -1;
          module = protocolAt(rows, at);
          if (module === 0) return -1;
          at += module === 132 ? 5 : 4;
        }
        if (at < 0) return -1;
        break;
      case 106: // j
        return not === 1 ? -1 : readTarget(rows, at - 3, base, names, isWide, flags, module);
      default:
        return -1;
    }
  }
}

/** `tcp `, `udp ` or `sctp ` as a number; 0 for anything else. */
function protocolAt({ bytes, view }: Rows, at: number): number {
  if (bytes[at] === 116) return isText(view, at, TEXT.TCP) ? 6 : 0;
  if (bytes[at] === 117) return isText(view, at, TEXT.UDP) ? 17 : 0;
  return isText(view, at, TEXT.SCTP) ? 132 : 0;
}

// `address[/prefix] `: the address to `cell`, its prefix length behind it.
function readAddress(rows: Rows, at: number, cell: number, isWide: boolean): number {
  const { bytes, cells } = rows;
  const bits = isWide ? 128 : 32;
  at = isWide ? readWide(rows, at, cell) : readIpv4(bytes, at, cells, cell);
  if (at < 0) return -1;
  if (bytes[at] === 47) at = readPrefix(bytes, at + 1, cells, cell + 1, bits);
  else cells[cell + 1] = bits;
  return at >= 0 && bytes[at] === SPACE ? at + 1 : -1;
}

// An IPv6 address goes to `wide`, its number to `cell`.
function readWide(rows: Rows, at: number, cell: number): number {
  const place = rows.addWide();
  rows.cells[cell] = place >> 2;
  return readIpv6(rows.bytes, at, rows.wide, place);
}

// `address[:port]`, IPv6 in brackets.
function readDnat(rows: Rows, at: number, base: number, isWide: boolean): number {
  const { bytes, cells } = rows;
  if (isWide) {
    const hasBrackets = bytes[at] === 91;
    at = readWide(rows, hasBrackets ? at + 1 : at, base + CELL.TARGET);
    if (!hasBrackets) return at;
    if (at < 0 || bytes[at] !== 93) return -1;
    at++;
  } else {
    at = readIpv4(bytes, at, cells, base + CELL.TARGET);
    if (at < 0) return -1;
  }
  if (bytes[at] !== 58) return at;
  at = readPort(bytes, at + 1, cells, base + CELL.TARGET_PORT);
  // Port 0 in a row says that there is none.
  return cells[base + CELL.TARGET_PORT] === 0 ? -1 : at;
}

// `comment --comment word ` or `comment --comment "words" `, without escapes.
function readComment({ bytes, view, cells }: Rows, at: number, base: number): number {
  if (!isText(view, at, TEXT.COMMENT)) return -1;
  at += 18;
  const isQuoted = bytes[at] === QUOTE;
  if (isQuoted) at++;
  const start = at;
  if (isQuoted) at = endOfPlain(view, at);
  else while (isPlainWord(bytes[at] ?? 0)) at++;
  cells[base + CELL.COMMENT_START] = start;
  cells[base + CELL.COMMENT_END] = at;
  if (isQuoted && bytes[at++] !== QUOTE) return -1;
  return bytes[at] === SPACE ? at + 1 : -1;
}

function isPlainWord(byte: number): boolean {
  return byte > SPACE && byte < 128 && byte !== QUOTE && byte !== BACKSLASH;
}

// `recent --rcheck --seconds n --reap --name list …` or `recent --set --name list …` as the save tools print them.
function readRecent({ bytes, view, cells }: Rows, at: number, base: number, kind: number): number {
  if (kind === FLAG.REMEMBER) {
    if (!isText(view, at, TEXT.SET)) return -1;
    at += 13;
  } else {
    if (!isText(view, at, TEXT.CHECK)) return -1;
    at = readSeconds(bytes, at + 26, cells, base + CELL.WEIGHT);
    if (at < 0 || !isText(view, at, TEXT.REAP)) return -1;
    at += 8;
  }
  if (!isText(view, at, TEXT.NAME)) return -1;
  at += 7;
  cells[base + CELL.SOURCE] = at;
  while ((bytes[at] ?? 0) > SPACE) at++;
  cells[base + CELL.SOURCE_PREFIX] = at;
  return isText(view, at, TEXT.WHOLE) ? at + 34 : -1;
}

// kube-proxy calls its lists as the chains of endpoints: a row has no room for another name.
function isNamedAsChain({ cells }: Rows, base: number, names: ChainNames, flags: number): boolean {
  const chain = cells[base + ((flags & FLAG.RECENT) === 0 ? CELL.CHAIN : CELL.TARGET)] ?? 0;
  if ((flags & FLAG.RECENT) !== 0 && (flags & FLAG.JUMP) === 0) return false;
  return names.endOfName(chain, cells[base + CELL.SOURCE] ?? 0) === cells[base + CELL.SOURCE_PREFIX];
}

// `statistic --mode random --probability 0.5 `.
function readStatistic({ bytes, view, cells }: Rows, at: number, base: number): number {
  if (!isText(view, at, TEXT.RANDOM)) return -1;
  at = readProbability(bytes, at + 38, cells, base + CELL.WEIGHT);
  return at >= 0 && bytes[at] === SPACE ? at + 1 : -1;
}

// `-j CHAIN` or `-j DNAT --to-destination address[:port]`, and nothing behind it.
function readTarget(
  rows: Rows,
  at: number,
  base: number,
  names: ChainNames,
  isWide: boolean,
  flags: number,
  module: number,
): number {
  const { bytes, view, cells } = rows;
  if (bytes[at] !== 45 || bytes[at + 1] !== 106 || bytes[at + 2] !== SPACE) return -1;
  // A module belongs to its protocol. The kernel takes nothing else.
  if (module !== 0 && ((flags & FLAG.PROTOCOL) === 0 || cells[base + CELL.PROTOCOL] !== module)) return -1;
  at += 3;
  if (bytes[at] === 68 && isText(view, at, TEXT.DNAT)) {
    at = readDnat(rows, at + 22, base, isWide);
    flags |= FLAG.DNAT;
  } else {
    const start = at;
    while ((bytes[at] ?? 0) > SPACE) at++;
    const chain = names.find(start, at);
    if (chain < 0) return -1;
    cells[base + CELL.TARGET] = chain;
    flags |= FLAG.JUMP;
  }
  if (at < 0) return -1;
  const end = at;
  if (bytes[at] === 13) at++;
  if (at < bytes.length && bytes[at] !== 10) return -1;
  if ((flags & ANY_RECENT) !== 0) {
    const isMixed = (flags & (FLAG.SOURCE | FLAG.PORT | FLAG.RANDOM)) !== 0;
    if (isMixed || !isNamedAsChain(rows, base, names, flags)) return -1;
  }
  cells[base + CELL.END] = end;
  cells[base + CELL.FLAGS] = flags | FLAG.READ;
  return at;
}
