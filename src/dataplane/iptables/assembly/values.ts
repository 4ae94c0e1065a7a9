// Readers of values. Each returns where it stopped and leaves what it read in `value`, or returns 0.

/** What the last reader read. */
export let value: u32 = 0;

/** The decimal digit at `at`; above 9 where none stands there. */
function digitAt(at: usize): u32 {
  return <u32>load<u8>(at) - 48;
}

/** A dotted IPv4 address. */
export function readIpv4(at: usize): usize {
  let address: u32 = 0;
  for (let octets = 0; octets < 4; octets++) {
    if (octets > 0 && load<u8>(at++) != 46) return 0;
    let octet = digitAt(at);
    if (octet > 9) return 0;
    for (let digit = digitAt(++at); digit <= 9; digit = digitAt(++at)) {
      octet = octet * 10 + digit;
      if (octet > 255) return 0;
    }
    address = (address << 8) | octet;
  }
  value = address;
  return at;
}

/** A decimal number up to `max`, which is below 2^28. */
export function readNumber(at: usize, max: u32): usize {
  const start = at;
  let number: u32 = 0;
  for (let digit = digitAt(at); digit <= 9; digit = digitAt(++at)) {
    number = number * 10 + digit;
    if (number > max) return 0;
  }
  // `010` would be octal: such is left to the reader of words.
  if (at == start || (load<u8>(start) == 48 && at > start + 1)) return 0;
  value = number;
  return at;
}

/** A probability `0.ddd` as the integer of 2^31 that the kernel compares with; up to 15 decimals. */
export function readProbability(at: usize): usize {
  if (load<u8>(at) != 48 || load<u8>(at + 1) != 46) return 0;
  at += 2;
  const start = at;
  let decimals: u64 = 0;
  let scale: u64 = 1;
  for (let digit = digitAt(at); digit <= 9; digit = digitAt(++at)) {
    if (at == start + 15) return 0;
    decimals = decimals * 10 + digit;
    scale *= 10;
  }
  if (at == start) return 0;
  value = <u32>Math.round((<f64>decimals / <f64>scale) * 2147483648);
  return at;
}

const groups = new StaticArray<u32>(8);

/** An IPv6 address without dotted part, to the four integers at `to`, the highest first. */
export function readIpv6(at: usize, to: usize): usize {
  let count = 0;
  let gap = -1;
  if (load<u8>(at) == 58) {
    if (load<u8>(at + 1) != 58) return 0;
    gap = 0;
    at += 2;
  }
  while (true) {
    const start = at;
    let group: u32 = 0;
    for (let digit = hexDigitAt(at); digit <= 15; digit = hexDigitAt(++at)) group = (group << 4) | digit;
    if (at == start) {
      // Only a gap can end an address without a group.
      if (gap != count) return 0;
      break;
    }
    if (at > start + 4 || count == 8) return 0;
    groups[count++] = group;
    if (load<u8>(at) != 58) break;
    at++;
    if (load<u8>(at) == 58) {
      if (gap >= 0) return 0;
      gap = count;
      at++;
    }
  }
  if (load<u8>(at) == 46 || (gap < 0 ? count != 8 : count > 7)) return 0;
  for (let i = 0; i < 8; i += 2)
    store<u32>(to + ((<usize>i) << 1), (groupAt(i, gap, count) << 16) | groupAt(i + 1, gap, count));
  return at;
}

/** The group at `place` of eight, where `count` were read and zeros stand from `gap` on. */
function groupAt(place: i32, gap: i32, count: i32): u32 {
  if (gap < 0 || place < gap) return groups[place];
  const zeros = 8 - count;
  return place < gap + zeros ? 0 : groups[place - zeros];
}

function hexDigitAt(at: usize): u32 {
  const byte = <u32>load<u8>(at);
  if (byte - 48 <= 9) return byte - 48;
  const letter = (byte | 32) - 97;
  return letter <= 5 ? letter + 10 : 16;
}
