import { type Ip, formatIp } from '../../model/address.ts';
import type { TextSource } from '../text-source.ts';

/** How a listing begins that was cut down on the node to lines with certain words: addresses, and `dport=PORT`. */
const CUT_DOWN = '# conntrack -L | grep -Fw ';

const decoder = new TextDecoder();

/** The words that every line of the listing holds; `undefined` where it is of the whole table. */
export function listedPart({ bytes }: TextSource): ReadonlySet<string> | undefined {
  const end = bytes.indexOf(0x0a);
  const line = decoder.decode(bytes.subarray(0, end < 0 ? Math.min(bytes.length, CUT_DOWN.length) : end));
  if (!line.startsWith(CUT_DOWN)) return undefined;
  return new Set(
    line
      .slice(CUT_DOWN.length)
      .split(' ')
      .filter((word) => word !== '-e'),
  );
}

/** Whether all connections to `address` and `port` are in a listing of `part`. */
export function isListed(part: ReadonlySet<string> | undefined, address: Ip, port?: number): boolean {
  return part === undefined || part.has(formatIp(address)) || part.has(`dport=${port}`);
}
