import { PROTOCOL } from '../../model/protocol.ts';
import type { Field } from '../ruleset/rule-parts.ts';
import type { TokenStream } from './token-stream.ts';
import type { ValueType } from './values.ts';

/** A field as nft names it, with what else the name implies. */
export interface NftField {
  readonly field: Field;
  readonly type: ValueType;
  /** `tcp dport` holds only for TCP. */
  readonly protocol?: number;
  /** `ip saddr` in an inet table holds only for IPv4: 2, or 10 for IPv6. */
  readonly nfproto?: number;
  readonly viaInterface?: 'iif' | 'oif';
}

const f = (field: Field, type: ValueType, more: Partial<NftField> = {}): NftField => ({
  field,
  type,
  ...more,
});

const TRANSPORTS: Readonly<Record<string, number | undefined>> = {
  tcp: PROTOCOL.tcp,
  udp: PROTOCOL.udp,
  sctp: PROTOCOL.sctp,
  dccp: PROTOCOL.dccp,
  udplite: PROTOCOL.udplite,
  th: undefined,
};

/** Phrases and their fields, longest first where one begins another. *Source:* nft(8) PAYLOAD, META, CT EXPRESSIONS. */
const PHRASES: readonly (readonly [phrase: string, field: NftField])[] = [
  ['ip saddr', f('saddr', 'address', { nfproto: 2 })],
  ['ip daddr', f('daddr', 'address', { nfproto: 2 })],
  ['ip protocol', f('l4proto', 'protocol', { nfproto: 2 })],
  ['ip length', f('length', 'number', { nfproto: 2 })],
  ['ip6 saddr', f('saddr', 'address', { nfproto: 10 })],
  ['ip6 daddr', f('daddr', 'address', { nfproto: 10 })],
  ['ip6 nexthdr', f('l4proto', 'protocol', { nfproto: 10 })],
  ['tcp flags', f('tcpflags', 'tcpflags', { protocol: PROTOCOL.tcp })],
  ['icmp type', f('icmp-type', 'icmp', { protocol: PROTOCOL.icmp })],
  ['icmpv6 type', f('icmp-type', 'icmpv6', { protocol: PROTOCOL.icmpv6 })],
  ['ether type', f('ether-type', 'ether')],
  ['meta protocol', f('ether-type', 'ether')],
  ['meta l4proto', f('l4proto', 'protocol')],
  ['meta nfproto', f('nfproto', 'nfproto')],
  ['meta mark', f('mark', 'number')],
  ['meta length', f('length', 'number')],
  ['meta skuid', f('skuid', 'name')],
  ['meta skgid', f('skgid', 'name')],
  ['meta pkttype', f('pkttype', 'name')],
  ['meta ibrname', f('physindev', 'name')],
  ['meta obrname', f('physoutdev', 'name')],
  ['meta iifname', f('iifname', 'name')],
  ['meta oifname', f('oifname', 'name')],
  ['meta iif', f('iifname', 'name')],
  ['meta oif', f('oifname', 'name')],
  ['iifname', f('iifname', 'name')],
  ['oifname', f('oifname', 'name')],
  ['iif', f('iifname', 'name')],
  ['oif', f('oifname', 'name')],
  ['ibrname', f('physindev', 'name')],
  ['obrname', f('physoutdev', 'name')],
  ['mark', f('mark', 'number')],
  ['skuid', f('skuid', 'name')],
  ['skgid', f('skgid', 'name')],
  ['pkttype', f('pkttype', 'name')],
  ['ct state', f('ctstate', 'ctstate')],
  ['ct status', f('ctstatus', 'ctstatus')],
  ['ct direction', f('ctdirection', 'direction')],
  ['ct mark', f('ctmark', 'number')],
  ...(['ip', 'ip6'] as const).flatMap((ip): (readonly [string, NftField])[] => {
    const nfproto = ip === 'ip' ? 2 : 10;
    return [
      [`ct original ${ip} saddr`, f('ct-original-saddr', 'address', { nfproto })],
      [`ct original ${ip} daddr`, f('ct-original-daddr', 'address', { nfproto })],
      [`ct reply ${ip} saddr`, f('ct-reply-saddr', 'address', { nfproto })],
      [`ct reply ${ip} daddr`, f('ct-reply-daddr', 'address', { nfproto })],
    ];
  }),
  ['ct original saddr', f('ct-original-saddr', 'address')],
  ['ct original daddr', f('ct-original-daddr', 'address')],
  ['ct reply saddr', f('ct-reply-saddr', 'address')],
  ['ct reply daddr', f('ct-reply-daddr', 'address')],
  ['ct protocol', f('ct-protocol', 'protocol')],
  ['ct original protocol', f('ct-protocol', 'protocol')],
  ['ct l3proto', f('ct-nfproto', 'nfproto')],
  ['ct original l3proto', f('ct-nfproto', 'nfproto')],
  ['ct reply proto-src', f('ct-reply-sport', 'port')],
  ['ct reply proto-dst', f('ct-reply-dport', 'port')],
  ['ct original proto-src', f('ct-original-sport', 'port')],
  ['ct original proto-dst', f('ct-original-dport', 'port')],
  ...Object.entries(TRANSPORTS).flatMap(([name, protocol]): (readonly [string, NftField])[] => {
    const implied = protocol === undefined ? {} : { protocol };
    return [
      [`${name} sport`, f('sport', 'port', implied)],
      [`${name} dport`, f('dport', 'port', implied)],
    ];
  }),
  // The mark plays no part in the type of an IPv4 address. *Source:* `nft_fib4_eval_type`.
  ['fib saddr . mark type', f('saddr-type', 'name')],
  ['fib daddr . mark type', f('daddr-type', 'name')],
  ['fib saddr . mark . iif type', f('saddr-type', 'name', { viaInterface: 'iif' })],
  ['fib daddr . mark . iif type', f('daddr-type', 'name', { viaInterface: 'iif' })],
  ['fib saddr type', f('saddr-type', 'name')],
  ['fib daddr type', f('daddr-type', 'name')],
  ['fib saddr . iif type', f('saddr-type', 'name', { viaInterface: 'iif' })],
  ['fib daddr . iif type', f('daddr-type', 'name', { viaInterface: 'iif' })],
  ['fib saddr . oif type', f('saddr-type', 'name', { viaInterface: 'oif' })],
  ['fib daddr . oif type', f('daddr-type', 'name', { viaInterface: 'oif' })],
];

const BY_FIRST_WORD = new Map<string, { readonly words: readonly string[]; readonly field: NftField }[]>();
for (const [phrase, field] of PHRASES) {
  const words = phrase.split(' ');
  const first = words[0] ?? '';
  BY_FIRST_WORD.set(first, [...(BY_FIRST_WORD.get(first) ?? []), { words, field }]);
}

/** Reads the field that is next; undefined, and nothing read, where none is. */
export function takeField(stream: TokenStream): NftField | undefined {
  if (stream.token?.isString) return undefined;
  for (const { words, field } of BY_FIRST_WORD.get(stream.peek()) ?? [])
    if (stream.take(...words)) return field;
  return undefined;
}
