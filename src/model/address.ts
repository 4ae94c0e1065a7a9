/**
 * An IP address. IPv4 is a `number` (unsigned 32 bit), IPv6 a `bigint` (unsigned 128 bit), so the type is the family.
 * An IPv4-mapped IPv6 address (`::ffff:a.b.c.d`) stays IPv6.
 */
export type Ip = number | bigint;

/** The two IP families as Kubernetes names them. */
export type IpFamily = 'IPv4' | 'IPv6';

/** The family of `address`. */
export function familyOf(address: Ip): IpFamily {
  return typeof address === 'number' ? 'IPv4' : 'IPv6';
}

/** `text` as an address; `undefined` where it is none. Leading zeros are decimal, as kube-proxy reads them, not octal. */
export function parseIp(text: string): Ip | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** `text` (`a.b.c.d`) as an unsigned 32-bit number; `undefined` where it is none. */
export function parseIpv4(text: string): number | undefined {
  let value = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 46) {
      if (octet < 0) return undefined;
      value = value * 256 + octet;
      octet = -1;
      dots++;
    } else if (code >= 48 && code <= 57) {
      octet = (octet < 0 ? 0 : octet * 10) + code - 48;
      if (octet > 255) return undefined;
    } else {
      return undefined;
    }
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : undefined;
}

/** `text` (RFC 4291 section 2.2, no zone, no brackets) as an unsigned 128-bit bigint; `undefined` where it is none. */
export function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '');
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '') : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  let value = 0n;
  for (const group of [...head, ...Array<number>(missing).fill(0), ...tail])
    value = (value << 16n) | BigInt(group);
  return value;
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (part.includes('.') && index === parts.length - 1) {
      const embedded = parseIpv4(part);
      if (embedded === undefined) return undefined;
      groups.push(Math.floor(embedded / 65536), embedded % 65536);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** `address` as text: dotted decimal, or RFC 5952 for IPv6. */
export function formatIp(address: Ip): string {
  if (typeof address === 'number') {
    return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
  }
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((address >> shift) & 0xffffn));
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > bestLength) {
      best = i;
      bestLength = end - i;
    }
    if (end > i) i = end;
  }
  const hex = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  return best < 0 ? hex(groups) : `${hex(groups.slice(0, best))}::${hex(groups.slice(best + bestLength))}`;
}

/** `address:port` as Kubernetes writes it: IPv6 is bracketed. */
export function formatAddressPort(address: Ip, port: number): string {
  return typeof address === 'number' ? `${formatIp(address)}:${port}` : `[${formatIp(address)}]:${port}`;
}
