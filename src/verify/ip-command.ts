import type { Ip } from '../model/address.ts';

/** The words of ip(8) for the family of `address`: `ip rule` and `ip route` alone show IPv4. */
export function ipCommand(address: Ip): string {
  return typeof address === 'bigint' ? 'ip -6' : 'ip';
}
