import type { Field, Match } from '../../ruleset/rule-parts.ts';
import { type Extension, type Option, type RuleContext, optionByOption } from '../rule-syntax.ts';
import { compare, compareNumber, parseNumber, parsePorts, parseRange } from '../values.ts';

const FLAGS: Readonly<Record<string, number>> = {
  FIN: 1,
  SYN: 2,
  RST: 4,
  PSH: 8,
  ACK: 16,
  URG: 32,
  ALL: 63,
  NONE: 0,
};

// The types that iptables-save prints as numbers, by the names that people and -L write.
const ICMP_TYPES: Readonly<Record<string, number>> = {
  'echo-reply': 0,
  pong: 0,
  'destination-unreachable': 3,
  'source-quench': 4,
  redirect: 5,
  'echo-request': 8,
  ping: 8,
  'router-advertisement': 9,
  'router-solicitation': 10,
  'time-exceeded': 11,
  'parameter-problem': 12,
};
const ICMP6_TYPES: Readonly<Record<string, number>> = {
  'destination-unreachable': 1,
  'packet-too-big': 2,
  'time-exceeded': 3,
  'parameter-problem': 4,
  'echo-request': 128,
  'echo-reply': 129,
  'router-solicitation': 133,
  'router-advertisement': 134,
  'neighbour-solicitation': 135,
  'neighbor-solicitation': 135,
  'neighbour-advertisement': 136,
  'neighbor-advertisement': 136,
  redirect: 137,
};

function port(field: Field): (option: Option) => Match | undefined {
  return ({ values, not }) => {
    const range = parseRange(values[0] ?? '', ':', 0xffff);
    return range && compare(field, not, { ranges: [range] });
  };
}

const sides = {
  '--sport': port('sport'),
  '--source-port': port('sport'),
  '--dport': port('dport'),
  '--destination-port': port('dport'),
};
const portsOnly: Extension = optionByOption(sides);

function flags(mask: string, set: string, not: boolean): Match | undefined {
  const value = (text: string): number | undefined =>
    text.split(',').reduce<number | undefined>((sum, name) => {
      const bit = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
      return sum === undefined || bit === undefined ? undefined : sum | bit;
    }, 0);
  const examined = value(mask);
  const comparand = value(set);
  if (examined === undefined || comparand === undefined) return undefined;
  return {
    kind: 'compare',
    left: { kind: 'field', field: 'tcpflags', mask: examined },
    not,
    values: { ranges: [{ low: comparand, high: comparand }] },
  };
}

const tcpReaders = optionByOption({
  ...sides,
  '--syn': ({ not }) => flags('FIN,SYN,RST,ACK', 'SYN', not),
  '--tcp-flags': ({ values, not }) => flags(values[0] ?? '', values[1] ?? '', not),
});

function manyPorts(field: Field): (option: Option) => Match | undefined {
  return ({ values, not }) => {
    const ranges = parsePorts(values[0] ?? '');
    return ranges && compare(field, not, { ranges });
  };
}

/** Either port is one of these; negated, neither is. */
function eitherPort({ values, not }: Option): Match[] | undefined {
  const ranges = parsePorts(values[0] ?? '');
  const parts = ranges && [compare('sport', not, { ranges }), compare('dport', not, { ranges })];
  return parts === undefined || not ? parts : [{ kind: 'any', of: parts }];
}

// A type with a code (`3/4`) is not modelled: packets carry no code here.
function icmpType(
  names: Readonly<Record<string, number>>,
): (option: Option, context: RuleContext) => Match[] | undefined {
  return ({ values, not }) => {
    const text = values[0] ?? '';
    if (text === 'any' || text === '255') return not ? undefined : [];
    const type = parseNumber(text) ?? (Object.hasOwn(names, text) ? names[text] : undefined);
    return type === undefined || type > 255 ? undefined : [compareNumber('icmp-type', not, type)];
  };
}

/** Matches on the transport header. *Source:* iptables-extensions(8). */
export const portMatches: Readonly<Record<string, Extension>> = {
  tcp: { ...tcpReaders, options: { ...tcpReaders.options, '--syn': 0, '--tcp-flags': 2, '--tcp-option': 1 } },
  udp: portsOnly,
  udplite: portsOnly,
  sctp: { ...portsOnly, options: { ...portsOnly.options, '--chunk-types': 2 } },
  dccp: { ...portsOnly, options: { ...portsOnly.options, '--dccp-types': 1, '--dccp-option': 1 } },
  multiport: {
    ...optionByOption({
      '--sports': manyPorts('sport'),
      '--source-ports': manyPorts('sport'),
      '--dports': manyPorts('dport'),
      '--destination-ports': manyPorts('dport'),
      '--ports': eitherPort,
    }),
  },
  icmp: optionByOption({ '--icmp-type': icmpType(ICMP_TYPES) }),
  icmp6: optionByOption({ '--icmpv6-type': icmpType(ICMP6_TYPES) }),
  icmpv6: optionByOption({ '--icmpv6-type': icmpType(ICMP6_TYPES) }),
};
