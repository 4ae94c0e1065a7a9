/** A transport protocol by its IANA number; `PROTOCOL` names those the project speaks of. */
export type Protocol = number;

/** IANA protocol numbers (RFC 5237 registry). */
export const PROTOCOL = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  dccp: 33,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  sctp: 132,
  udplite: 136,
} as const;

const names = new Map<number, string>(Object.entries(PROTOCOL).map(([name, number]) => [number, name]));

/** The lower-case name of `protocol` (`tcp`), or its number as text where it has none here. */
export function protocolName(protocol: Protocol): string {
  return names.get(protocol) ?? String(protocol);
}

/** `text` (`TCP`, `tcp`, `6`, `ipv6-icmp`) as a number; `undefined` where it names none. */
export function parseProtocol(text: string): Protocol | undefined {
  const lower = text.toLowerCase();
  if (/^\d{1,3}$/.test(lower)) return Number(lower) <= 255 ? Number(lower) : undefined;
  if (lower === 'ipv6-icmp' || lower === 'icmp6') return PROTOCOL.icmpv6;
  return Object.hasOwn(PROTOCOL, lower) ? (PROTOCOL as Record<string, number>)[lower] : undefined;
}
