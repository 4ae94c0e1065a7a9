// What the 16 integers of a row mean: one rule line that costs 64 bytes and no object. IPv4 addresses stand as they are (signed); of IPv6, the
// number in `Rows.wide`. Both TypeScript and the scanner (assembly/) read this file.

/** First byte of the line's `-A`. */
export const START = 0;
/** One behind the line's last byte. */
export const END = 1;
export const LINE = 2;
export const CHAIN = 3;
export const FLAGS = 4;
export const SOURCE = 5;
export const SOURCE_PREFIX = 6;
export const DESTINATION = 7;
export const DESTINATION_PREFIX = 8;
export const PROTOCOL = 9;
export const PORT = 10;
/** First byte of the name of what is jumped to, or the DNAT address. */
export const TARGET = 11;
/** One behind the name's last byte, or the DNAT port; 0 for none. */
export const TARGET_END = 12;
/** Of a random choice, of 2^31, unsigned; or the seconds of a list of recent sources. */
export const WEIGHT = 13;
export const COMMENT_START = 14;
export const COMMENT_END = 15;
