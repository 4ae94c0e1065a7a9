import { type Ip, formatIp } from '../../model/address.ts';
import { lastOf } from '../../model/cidr.ts';
import { PROTOCOL, protocolName } from '../../model/protocol.ts';
import { CT_STATE, CT_STATUS, type Field, type Match, type Part } from '../ruleset/rule-parts.ts';
import type { ValueRange } from '../ruleset/verdict.ts';
import { quoteWord } from './words.ts';

type Compare = Extract<Match, { kind: 'compare' }>;

const HEADER: ReadonlySet<Field> = new Set(['saddr', 'daddr', 'iifname', 'oifname', 'l4proto', 'fragment']);

/** Whether `part` is an option of the rule itself, which iptables prints before all extensions. */
export function isHeaderPart(part: Part): boolean {
  if (part.kind === 'unknown-match') return /^(! )?-[sdiop] /.test(part.text);
  if (part.kind !== 'compare' || part.left.kind !== 'field' || !HEADER.has(part.left.field)) return false;
  const isAddress = part.left.field === 'saddr' || part.left.field === 'daddr';
  return (
    !isAddress || part.left.mask !== undefined || ranges(part).every((range) => prefixOf(range) !== undefined)
  );
}

/** `part` as an iptables option; undefined where iptables has none. `protocol` is the rule's, where it asks for one. */
export function printMatch(
  part: Part,
  protocol: number | undefined,
  family: 'ip' | 'ip6',
): string | undefined {
  switch (part.kind) {
    case 'compare':
      return printCompare(part, protocol, family);
    case 'bits':
      return printBits(part);
    case 'lookup': {
      const sides = part.key.map((key) => (key.kind === 'field' && key.field === 'saddr' ? 'src' : 'dst'));
      return part.ipset
        ? `-m set ${not(part)}--match-set ${quoteWord(part.set)} ${sides.join(',')}`
        : undefined;
    }
    case 'any':
      return printAny(part.of);
    case 'random':
      if (part.of === 2 ** 31)
        return `-m statistic --mode random ${not(part)}--probability ${(part.weight / part.of).toFixed(11)}`;
      return part.weight === 1
        ? `-m statistic --mode nth ${not(part)}--every ${part.of} --packet 0`
        : undefined;
    case 'recent': {
      const seconds = part.seconds === undefined ? '' : ` --seconds ${part.seconds}`;
      return `-m recent ${not(part)}--${part.operation}${seconds} --name ${quoteWord(part.list)} --rsource`;
    }
    case 'ipvs':
      return printIpvs(part);
    case 'rpfilter':
      return `-m rpfilter${part.loose ? ' --loose' : ''}${part.withMark ? ' --validmark' : ''}${part.not ? ' --invert' : ''}`;
    case 'socket':
      return part.not ? undefined : `-m socket ${part.text}`.trimEnd();
    case 'unknown-match':
      return part.text;
    default:
      return undefined;
  }
}

// Either of two ports, or states and translations in one list: what iptables says with one option.
function printAny(of: readonly Match[]): string | undefined {
  const [first] = of;
  if (first?.kind === 'compare')
    return `-m multiport --ports ${ranges(first)
      .map((range) => span(range, ':'))
      .join(',')}`;
  const lists = of.map((one) => (one.kind === 'bits' ? printBits(one)?.split(' ').at(-1) : undefined));
  return lists.includes(undefined) ? undefined : `-m conntrack --ctstate ${lists.join(',')}`;
}

function not({ not }: { readonly not: boolean }): string {
  return not ? '! ' : '';
}

function ranges(part: Compare): readonly ValueRange[] {
  return 'ranges' in part.values ? part.values.ranges : [];
}

function printCompare(part: Compare, protocol: number | undefined, family: 'ip' | 'ip6'): string | undefined {
  if (part.left.kind !== 'field') return undefined;
  const { field, mask, viaInterface } = part.left;
  const names = 'names' in part.values ? part.values.names.join(',') : '';
  const [range] = ranges(part);
  const before = not(part);
  switch (field) {
    case 'saddr':
    case 'daddr':
      return printAddress(part, field === 'saddr' ? 's' : 'd', mask);
    case 'iifname':
    case 'oifname':
      return `${before}-${field[0]} ${names.replace(/\*$/, '+')}`;
    case 'l4proto':
      return range && `${before}-p ${protocolWord(Number(range.low), family)}`;
    case 'fragment':
      return `${before}-f`;
    case 'sport':
    case 'dport':
      return printPorts(part, field, protocol);
    case 'tcpflags':
      return (
        range &&
        `-m tcp ${before}--tcp-flags ${flagNames(Number(mask ?? 63))} ${flagNames(Number(range.low))}`
      );
    case 'icmp-type':
      return (
        range &&
        `-m ${family === 'ip' ? `icmp ${before}--icmp-type` : `icmp6 ${before}--icmpv6-type`} ${range.low}`
      );
    case 'mark':
    case 'ctmark':
      return (
        range &&
        `-m ${field === 'mark' ? 'mark' : 'connmark'} ${before}--mark ${hex(range.low)}${mask === undefined ? '' : `/${hex(mask)}`}`
      );
    case 'ctdirection':
      return range && `-m conntrack ${before}--ctdir ${range.low === 0 ? 'ORIGINAL' : 'REPLY'}`;
    case 'ct-original-saddr':
    case 'ct-original-daddr':
    case 'ct-reply-saddr':
    case 'ct-reply-daddr': {
      const option = `--ct${field.includes('original') ? 'orig' : 'repl'}${field.endsWith('saddr') ? 'src' : 'dst'}`;
      return range && `-m conntrack ${before}${option} ${formatIp(range.low)}/${prefixOf(range) ?? ''}`;
    }
    case 'ct-protocol':
      return range && `-m conntrack ${before}--ctproto ${range.low}`;
    case 'ct-original-sport':
    case 'ct-original-dport':
    case 'ct-reply-sport':
    case 'ct-reply-dport':
      return (
        range &&
        `-m conntrack ${before}--ct${field.includes('original') ? 'orig' : 'repl'}${field.endsWith('sport') ? 'src' : 'dst'}port ${span(range, ':')}`
      );
    case 'saddr-type':
    case 'daddr-type': {
      const limit =
        viaInterface === undefined ? '' : ` --limit-iface-${viaInterface === 'iif' ? 'in' : 'out'}`;
      return `-m addrtype ${before}--${field === 'saddr-type' ? 'src' : 'dst'}-type ${names}${limit}`;
    }
    case 'physindev':
    case 'physoutdev':
      return `-m physdev ${before}--physdev-${names === '*' ? 'is-' : ''}${field === 'physindev' ? 'in' : 'out'}${names === '*' ? '' : ` ${names.replace(/\*$/, '+')}`}`;
    case 'pkttype':
      return `-m pkttype ${before}--pkt-type ${names}`;
    case 'length':
      return range && `-m length ${before}--length ${span(range, ':')}`;
    case 'skuid':
    case 'skgid':
      return range && `-m owner ${before}--${field.slice(2)}-owner ${span(range, '-')}`;
    // iptables tests these as bits, or not at all.
    case 'ctstate':
    case 'ctstatus':
    case 'nfproto':
    case 'ether-type':
    case 'ct-nfproto':
    case 'header-options':
      return undefined;
  }
}

function printAddress(part: Compare, side: 's' | 'd', mask: Ip | undefined): string | undefined {
  const [range, ...rest] = ranges(part);
  if (range === undefined) return undefined;
  if (mask !== undefined) return `${not(part)}-${side} ${formatIp(range.low)}/${formatIp(mask)}`;
  const prefixes = [range, ...rest].map((each) => prefixOf(each));
  if (prefixes.every((prefix) => prefix !== undefined)) {
    const texts = [range, ...rest].map((each, index) => `${formatIp(each.low)}/${prefixes[index]}`);
    return `${not(part)}-${side} ${texts.join(',')}`;
  }
  if (rest.length > 0) return undefined;
  return `-m iprange ${not(part)}--${side === 's' ? 'src' : 'dst'}-range ${formatIp(range.low)}-${formatIp(range.high)}`;
}

/** The prefix length of a range that is a prefix; undefined of another. */
function prefixOf({ low, high }: ValueRange): number | undefined {
  const bits = typeof low === 'number' ? 32 : 128;
  const size = BigInt(high) - BigInt(low) + 1n;
  const prefix = bits - (size.toString(2).length - 1);
  const isPrefix =
    (size & (size - 1n)) === 0n && BigInt(low) % size === 0n && lastOf({ first: low, prefix }) === high;
  return isPrefix ? prefix : undefined;
}

function printPorts(
  part: Compare,
  field: 'sport' | 'dport',
  protocol: number | undefined,
): string | undefined {
  const found = ranges(part);
  const texts = found.map((range) => span(range, ':')).join(',');
  if (found.length > 1) return `-m multiport ${not(part)}--${field}s ${texts}`;
  const module = protocol === undefined ? '' : protocolName(protocol);
  if (!['tcp', 'udp', 'sctp', 'dccp', 'udplite'].includes(module)) return undefined;
  return `-m ${module} ${not(part)}--${field} ${texts}`;
}

function span({ low, high }: ValueRange, separator: string): string {
  return low === high ? `${low}` : `${low}${separator}${high}`;
}

function hex(value: Ip): string {
  return `0x${value.toString(16)}`;
}

function protocolWord(protocol: number, family: 'ip' | 'ip6'): string {
  return family === 'ip6' && protocol === PROTOCOL.icmpv6 ? 'ipv6-icmp' : protocolName(protocol);
}

function flagNames(bits: number): string {
  const names = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'].filter((_, index) => (bits & (1 << index)) !== 0);
  return names.join(',') || 'NONE';
}

function printBits({ left, bits, not: isNegated }: Extract<Match, { kind: 'bits' }>): string | undefined {
  if (left.kind !== 'field') return undefined;
  const known: Readonly<Record<string, number>> =
    left.field === 'ctstate' ? CT_STATE : left.field === 'ctstatus' ? CT_STATUS : {};
  const names = Object.keys(known).filter((name) => (bits & (known[name] ?? 0)) !== 0);
  if (names.length === 0) return undefined;
  const isState = left.field === 'ctstate' || names.every((name) => name === 'SNAT' || name === 'DNAT');
  return `-m conntrack ${isNegated ? '! ' : ''}--${isState ? 'ctstate' : 'ctstatus'} ${names.join(',')}`;
}

function printIpvs(part: Extract<Match, { kind: 'ipvs' }>): string | undefined {
  const options = [
    ...(part.protocol === undefined ? [] : [`--vproto ${part.protocol}`]),
    ...(part.vaddr === undefined ? [] : [`--vaddr ${formatIp(part.vaddr)}`]),
    ...(part.vport === undefined ? [] : [`--vport ${part.vport}`]),
  ];
  if (options.length === 0) options.push('--ipvs');
  if (part.not && options.length > 1) return undefined;
  return `-m ipvs ${not(part)}${options.join(' ')}`;
}
