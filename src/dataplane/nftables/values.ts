import { type Ip, parseIp } from '../../model/address.ts';
import { lastOf, parseCidr } from '../../model/cidr.ts';
import { parseProtocolName } from '../protocol-names.ts';
import { CT_STATE, CT_STATUS } from '../ruleset/rule-parts.ts';
import type { KeyPart } from '../ruleset/sets.ts';

/** What a value's words mean depends on what it is compared with. */
export type ValueType =
  | 'address'
  | 'port'
  | 'protocol'
  | 'nfproto'
  | 'name'
  | 'number'
  | 'ctstate'
  | 'ctstatus'
  | 'direction'
  | 'ether'
  | 'tcpflags'
  | 'icmp'
  | 'icmpv6';

/** Ports that nft may print by name. *Source:* /etc/services of Debian 12. */
const SERVICES: Readonly<Record<string, number>> = {
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  tftp: 69,
  http: 80,
  kerberos: 88,
  pop3: 110,
  sunrpc: 111,
  ntp: 123,
  imap2: 143,
  snmp: 161,
  bgp: 179,
  ldap: 389,
  https: 443,
  submission: 587,
  ldaps: 636,
  imaps: 993,
  pop3s: 995,
  nfs: 2049,
  mysql: 3306,
  postgresql: 5432,
  'http-alt': 8080,
};

const WORDS: Readonly<Partial<Record<ValueType, Readonly<Record<string, number>>>>> = {
  nfproto: { ipv4: 2, ipv6: 10 },
  ctstate: Object.fromEntries(Object.entries(CT_STATE).map(([name, bit]) => [name.toLowerCase(), bit])),
  ctstatus: {
    ...Object.fromEntries(Object.entries(CT_STATUS).map(([name, bit]) => [name.toLowerCase(), bit])),
    'seen-reply': CT_STATUS.SEEN_REPLY,
    dying: 512,
  },
  direction: { original: 0, reply: 1 },
  ether: { ip: 0x0800, ip6: 0x86dd, arp: 0x0806, vlan: 0x8100, '8021q': 0x8100, '8021ad': 0x88a8 },
  tcpflags: { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 },
  icmp: {
    'echo-reply': 0,
    'destination-unreachable': 3,
    'source-quench': 4,
    redirect: 5,
    'echo-request': 8,
    'router-advertisement': 9,
    'router-solicitation': 10,
    'time-exceeded': 11,
    'parameter-problem': 12,
    'timestamp-request': 13,
    'timestamp-reply': 14,
    'info-request': 15,
    'info-reply': 16,
    'address-mask-request': 17,
    'address-mask-reply': 18,
  },
  // ICMPv6 has other numbers for the same words.
  icmpv6: {
    'destination-unreachable': 1,
    'packet-too-big': 2,
    'time-exceeded': 3,
    'parameter-problem': 4,
    'echo-request': 128,
    'echo-reply': 129,
    'mld-listener-query': 130,
    'mld-listener-report': 131,
    'mld-listener-done': 132,
    'mld-listener-reduction': 132,
    'nd-router-solicit': 133,
    'nd-router-advert': 134,
    'nd-neighbor-solicit': 135,
    'nd-neighbor-advert': 136,
    'nd-redirect': 137,
    'router-renumbering': 138,
    'ind-neighbor-solicit': 141,
    'ind-neighbor-advert': 142,
    'mld2-listener-report': 143,
  },
};

/** One word as a value of `type`: a range, or a name. Undefined where it is none. */
export function parseValue(text: string, type: ValueType): KeyPart | undefined {
  if (type === 'name') return { name: text };
  if (type === 'address') return addressRange(text);
  const single = parseNumber(text, type);
  if (single !== undefined) return { low: single, high: single };
  if (type === 'number') {
    const prefix = numberPrefix(text);
    if (prefix !== undefined) return prefix;
  }
  const dash = text.indexOf('-', 1);
  if (dash < 0) return undefined;
  const low = parseNumber(text.slice(0, dash), type);
  const high = parseNumber(text.slice(dash + 1), type);
  return low === undefined || high === undefined ? undefined : { low, high };
}

/** `0x00010000/16`: so nft prints marks whose upper bits alone are compared. */
function numberPrefix(text: string): { low: number; high: number } | undefined {
  const [, value, bits] = /^(0x[\da-f]{1,8}|\d+)\/(\d+)$/i.exec(text) ?? [];
  if (value === undefined || Number(bits) > 32) return undefined;
  const size = 2 ** (32 - Number(bits));
  const low = Number(value) - (Number(value) % size);
  return { low, high: low + size - 1 };
}

function addressRange(text: string): { low: Ip; high: Ip } | undefined {
  const cidr = parseCidr(text);
  if (cidr) return { low: cidr.first, high: lastOf(cidr) };
  const [from = '', to] = text.split('-');
  const low = parseIp(from);
  const high = to === undefined ? undefined : parseIp(to);
  return low === undefined || high === undefined ? undefined : { low, high };
}

/** A number in any notation nft prints, or a word of `type`. */
export function parseNumber(text: string, type: ValueType): number | undefined {
  if (/^(0x[\da-f]+|\d+)$/i.test(text)) return Number(text);
  if (type === 'protocol') return parseProtocolName(text);
  if (type === 'port') return SERVICES[text];
  return WORDS[type]?.[text];
}
