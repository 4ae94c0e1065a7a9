import type { Ip } from '../model/address.ts';

/** The name whose PTR record tells who has `address`. *Source:* RFC 1035 3.5, RFC 3596 2.5. */
export function reverseName(address: Ip): string {
  if (typeof address === 'number')
    return `${[0, 8, 16, 24].map((shift) => (address >>> shift) & 255).join('.')}.in-addr.arpa`;
  const digits = address.toString(16).padStart(32, '0');
  return `${digits.split('').reverse().join('.')}.ip6.arpa`;
}
