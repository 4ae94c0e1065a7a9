// What a row holds. Both TypeScript and the scanner (assembly/) read this file.

/** All of the line's meaning is in the row, but for what the target is. Without it only place, line and chain are. */
export const READ = 1;
export const SOURCE = 2;
export const NOT_SOURCE = 4;
export const DESTINATION = 8;
export const NOT_DESTINATION = 16;
export const PROTOCOL = 32;
export const PORT = 128;
export const COMMENT = 256;
export const RANDOM = 512;
/** To a target without options or REJECT, which may be a chain or not: all chains are known when the dump is read. */
export const JUMP = 1024;
export const DNAT = 2048;
/** The source is in the list of recent sources that is called as the chain jumped to, not longer than WEIGHT seconds. */
export const RECENT = 4096;
/** The source is put into the list that is called as the rule's own chain. */
export const REMEMBER = 8192;
