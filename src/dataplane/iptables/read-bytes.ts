// Readers of values out of a dump's bytes. Each writes what it read to a cell and returns where it stopped, or -1.

/** A text of at least four bytes to look for: its words of four bytes, the last overlapping the one before. */
export interface Needle {
  readonly length: number;
  readonly words: Int32Array;
}

/** `text` (ASCII, four characters or more) as `isText` wants it. */
export function needle(text: string): Needle {
  const { length } = text;
  const view = new DataView(Uint8Array.from(text, (char) => char.charCodeAt(0)).buffer);
  const words = Int32Array.from({ length: Math.ceil(length / 4) }, (_, index) =>
    view.getInt32(Math.min(index * 4, length - 4), true),
  );
  return { length, words };
}

/** Whether `text` stands at `at`. */
export function isText(view: DataView, at: number, { words, length }: Needle): boolean {
  if (at + length > view.byteLength) return false;
  const last = words.length - 1;
  for (let i = 0; i < last; i++) if (view.getInt32(at + i * 4, true) !== words[i]) return false;
  return view.getInt32(at + length - 4, true) === words[last];
}

/** Whether the bytes from `a` and from `b` on are the same, `length` of them. */
export function isSame(view: DataView, a: number, b: number, length: number): boolean {
  if (Math.max(a, b) + length > view.byteLength) return false;
  // Names differ at their end.
  let left = length;
  for (; left >= 4; left -= 4)
    if (view.getInt32(a + left - 4, true) !== view.getInt32(b + left - 4, true)) return false;
  for (; left > 0; left--) if (view.getUint8(a + left - 1) !== view.getUint8(b + left - 1)) return false;
  return true;
}

/** Where the first byte at or after `at` stands that is a quote, a backslash, a control character or none of ASCII. */
export function endOfPlain(view: DataView, at: number): number {
  const { byteLength } = view;
  // Four bytes a step: a byte of 0x80 stays where one of them is 0 or below what is taken away.
  for (; at + 4 <= byteLength; at += 4) {
    const word = view.getInt32(at, true);
    const quote = word ^ 0x22222222;
    const backslash = word ^ 0x5c5c5c5c;
    const found =
      ((quote - 0x01010101) & ~quote) |
      ((backslash - 0x01010101) & ~backslash) |
      ((word - 0x20202020) & ~word) |
      word;
    if ((found & 0x80808080) !== 0) break;
  }
  for (; at < byteLength; at++) {
    const byte = view.getUint8(at);
    if (byte < 32 || byte > 127 || byte === 34 || byte === 92) break;
  }
  return at;
}

/** A dotted IPv4 address, to `cells[cell]` as signed 32 bit. */
export function readIpv4(bytes: Uint8Array, at: number, cells: Int32Array, cell: number): number {
  let value = 0;
  for (let dots = 0; ; dots++) {
    let digit = (bytes[at] ?? 0) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    let octet = digit;
    at++;
    for (;;) {
      digit = (bytes[at] ?? 0) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      octet = octet * 10 + digit;
      if (octet > 255) return -1;
      at++;
    }
    value = (value << 8) | octet;
    if (dots === 3) break;
    if (bytes[at] !== 46) return -1;
    at++;
  }
  cells[cell] = value;
  return at;
}

/** A prefix length up to `max`. */
export function readPrefix(
  bytes: Uint8Array,
  at: number,
  cells: Int32Array,
  cell: number,
  max: 32 | 128,
): number {
  return readNumber(bytes, at, cells, cell, max);
}

/** A port, 0 to 65535; no range. */
export function readPort(bytes: Uint8Array, at: number, cells: Int32Array, cell: number): number {
  return readNumber(bytes, at, cells, cell, 0xffff);
}

/** A number of seconds. */
export function readSeconds(bytes: Uint8Array, at: number, cells: Int32Array, cell: number): number {
  return readNumber(bytes, at, cells, cell, 0x7fffffff);
}

function readNumber(bytes: Uint8Array, at: number, cells: Int32Array, cell: number, max: number): number {
  const start = at;
  let value = 0;
  for (;;) {
    const digit = (bytes[at] ?? 0) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
    if (value > max) return -1;
    at++;
  }
  // `010` would be octal: leave such to the reader of words.
  if (at === start || (bytes[start] === 48 && at > start + 1)) return -1;
  cells[cell] = value;
  return at;
}

/** A probability `0.ddd` as the integer of 2^31 that the kernel compares with; up to 15 decimals. */
export function readProbability(bytes: Uint8Array, at: number, cells: Int32Array, cell: number): number {
  if (bytes[at] !== 48 || bytes[at + 1] !== 46) return -1;
  at += 2;
  const start = at;
  let value = 0;
  let scale = 1;
  for (;;) {
    const digit = (bytes[at] ?? 0) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    value = value * 10 + digit;
    scale *= 10;
    at++;
  }
  if (at === start || at > start + 15) return -1;
  cells[cell] = Math.round((value / scale) * 2147483648);
  return at;
}

// The eight groups of the address being read: one array for all, as reading is not re-entered.
const groups = new Int32Array(8);

/** An IPv6 address without dotted part, to the four integers from `cells[cell]`, the highest first. */
export function readIpv6(bytes: Uint8Array, at: number, cells: Int32Array, cell: number): number {
  let count = 0;
  let gap = -1;
  if (bytes[at] === 58) {
    if (bytes[at + 1] !== 58) return -1;
    gap = 0;
    at += 2;
  }
  for (;;) {
    const start = at;
    let group = 0;
    for (;;) {
      const digit = hexDigit(bytes[at] ?? 0);
      if (digit < 0) break;
      group = (group << 4) | digit;
      at++;
    }
    if (at === start) {
      // Only a gap can end an address without a group.
      if (gap !== count) return -1;
      break;
    }
    if (at > start + 4 || count === 8) return -1;
    groups[count++] = group;
    if (bytes[at] !== 58) break;
    at++;
    if (bytes[at] === 58) {
      if (gap >= 0) return -1;
      gap = count;
      at++;
    }
  }
  if (bytes[at] === 46 || (gap < 0 ? count !== 8 : count > 7)) return -1;
  const filled = 8 - count;
  for (let i = 0; i < 4; i++) {
    const high = groupAt(i * 2, gap, filled);
    cells[cell + i] = (high << 16) | groupAt(i * 2 + 1, gap, filled);
  }
  return at;
}

function groupAt(place: number, gap: number, filled: number): number {
  if (gap < 0 || place < gap) return groups[place] ?? 0;
  return place < gap + filled ? 0 : (groups[place - filled] ?? 0);
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  if (byte >= 97 && byte <= 102) return byte - 87;
  return byte >= 65 && byte <= 70 ? byte - 55 : -1;
}
