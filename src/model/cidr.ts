import { type Ip, formatIp, parseIp } from './address.ts';

/** An address prefix. `first` has no host bits set; `prefix` is 0 to 32 or 0 to 128. */
export interface Cidr {
  readonly first: Ip;
  readonly prefix: number;
}

/** The highest address of the range that starts at `first` and has `prefix` leading bits fixed. */
export function lastOf({ first, prefix }: Cidr): Ip {
  if (typeof first === 'number') return first + 2 ** (32 - prefix) - 1;
  return first | ((1n << BigInt(128 - prefix)) - 1n);
}

/** `text` (`address/prefix`, `address/netmask`, or a bare address) as a prefix with host bits cleared; `undefined` where it is none. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  const address = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = typeof address === 'number' ? 32 : 128;
  const prefix = slash < 0 ? bits : parsePrefixLength(text.slice(slash + 1), bits);
  return prefix === undefined ? undefined : cidrOf(address, prefix);
}

function parsePrefixLength(text: string, bits: number): number | undefined {
  if (/^\d{1,3}$/.test(text)) {
    const length = Number(text);
    return length <= bits ? length : undefined;
  }
  const mask = parseIp(text);
  if (mask === undefined || (typeof mask === 'number') !== (bits === 32)) return undefined;
  const ones = BigInt(mask).toString(2).padStart(bits, '0');
  return /^1*0*$/.test(ones) ? ones.lastIndexOf('1') + 1 : undefined;
}

/** The prefix of length `prefix` that holds `address`. */
export function cidrOf(address: Ip, prefix: number): Cidr {
  if (typeof address === 'number') {
    const size = 2 ** (32 - prefix);
    return { first: Math.floor(address / size) * size, prefix };
  }
  const shift = BigInt(128 - prefix);
  return { first: (address >> shift) << shift, prefix };
}

/** Whether `address` lies inside `cidr`; false across families. */
export function cidrContains(cidr: Cidr, address: Ip): boolean {
  const { first, prefix } = cidr;
  if (typeof first === 'number')
    // A shift by 32 bits would shift by none.
    return typeof address === 'number' && (prefix === 0 || (first ^ address) >>> (32 - prefix) === 0);
  return typeof address === 'bigint' && address >= first && address <= lastOf(cidr);
}

/** `cidr` as `address/prefix`. */
export function formatCidr({ first, prefix }: Cidr): string {
  return `${formatIp(first)}/${prefix}`;
}
