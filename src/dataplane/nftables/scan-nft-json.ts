/** Where an object of `nft -j` stands in its bytes. */
export interface JsonObject {
  readonly start: number;
  /** Behind its closing brace. */
  readonly end: number;
  /** The strings it begins with, as start and end of each, up to the ninth: kind, key, value, key, value, … */
  readonly strings: readonly number[];
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const STRINGS = 9;

/**
 * Gives each object of the list `nftables` to `each`, without reading what is in it. Whether the list ended as it should;
 * undefined where there is none.
 */
export function scanNftJson(bytes: Uint8Array, each: (object: JsonObject) => void): boolean | undefined {
  let at = startOfList(bytes);
  if (at === undefined) return undefined;
  const strings: number[] = [];
  const object = { start: 0, end: 0, strings };
  for (;;) {
    while (at < bytes.length && (bytes[at] as number) <= 0x2c && bytes[at] !== QUOTE) at++;
    if (bytes[at] === CLOSE_BRACKET) return true;
    if (bytes[at] !== OPEN_BRACE) return false;
    strings.length = 0;
    object.start = at;
    object.end = endOfObject(bytes, at, strings);
    if (object.end < 0) return false;
    each(object);
    at = object.end;
  }
}

function startOfList(bytes: Uint8Array): number | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 256));
  const found = /^[^{]{0,8}\{\s*"nftables"\s*:\s*\[/.exec(head);
  return found === null ? undefined : found[0].length;
}

/** Behind the brace that closes the object at `start`; -1 where it never closes. Brackets are not told apart from braces. */
function endOfObject(bytes: Uint8Array, start: number, strings: number[]): number {
  const { length } = bytes;
  let depth = 0;
  for (let at = start; at < length; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      const from = at + 1;
      for (at = from; at < length; at++) {
        const inside = bytes[at] as number;
        if (inside === QUOTE) break;
        if (inside === BACKSLASH) at++;
      }
      if (strings.length < 2 * STRINGS) strings.push(from, at);
    } else if (byte >= OPEN_BRACKET) {
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
      else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) return at + 1;
    }
  }
  return -1;
}
