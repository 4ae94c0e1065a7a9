/** How much of a dump is read at a time. It stays in the cache of one core, and so do its rows. */
export const CAPACITY: usize = 1 << 16;
/** Longest name of a chain. *Source:* linux/uapi/linux/netfilter/nf_tables.h NFT_NAME_MAXLEN; x_tables takes 29. */
export const LONGEST_NAME: usize = 255;
/** What may be read behind a text and means nothing. */
const BEHIND: usize = 64;

/** The part of the dump that is being read: whole lines. */
export const TEXT: usize = heap.alloc(CAPACITY + BEHIND);
/** A name that is asked for. */
export const NAME: usize = heap.alloc(LONGEST_NAME + BEHIND);

/** A text to compare with, as bytes. */
export function ascii(text: string): StaticArray<u8> {
  const bytes = new StaticArray<u8>(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = <u8>text.charCodeAt(i);
  return bytes;
}

/** Whether `text` stands at `at`. */
export function isText(at: usize, text: StaticArray<u8>): bool {
  return isSame(at, changetype<usize>(text), text.length);
}

/** Whether the bytes from `a` and from `b` on are the same, `length` of them. */
export function isSame(a: usize, b: usize, length: usize): bool {
  // Names differ at their end.
  let left = length;
  for (; left >= 8; left -= 8) if (load<u64>(a + left - 8) != load<u64>(b + left - 8)) return false;
  for (; left > 0; left--) if (load<u8>(a + left - 1) != load<u8>(b + left - 1)) return false;
  return true;
}
