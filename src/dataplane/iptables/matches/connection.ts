import { CT_STATE, CT_STATUS, type Field, type Match } from '../../ruleset/rule-parts.ts';
import { type Extension, type Option, optionByOption } from '../rule-syntax.ts';
import {
  addressMatch,
  compare,
  compareNumber,
  fieldOf,
  parseMasked,
  parseProtocolWord,
  parseRange,
} from '../values.ts';

const STATES: Readonly<Record<string, number>> = { ...CT_STATE };
const STATUSES: Readonly<Record<string, number>> = {
  // No bit is looked at, so that nothing has it. *Source:* `conntrack_mt`.
  NONE: 0,
  EXPECTED: CT_STATUS.EXPECTED,
  SEEN_REPLY: CT_STATUS.SEEN_REPLY,
  ASSURED: CT_STATUS.ASSURED,
  CONFIRMED: CT_STATUS.CONFIRMED,
};
// Written as states, but they are bits of the status. *Source:* `conntrack_mt`, net/netfilter/xt_conntrack.c.
const TRANSLATED: Readonly<Record<string, number>> = { SNAT: CT_STATUS.SNAT, DNAT: CT_STATUS.DNAT };

function bitsOf(names: readonly string[], of: Readonly<Record<string, number>>): number {
  return names.reduce((sum, name) => sum | (of[name] ?? 0), 0);
}

function bits(field: Field, not: boolean, value: number): Match {
  return { kind: 'bits', left: fieldOf(field), not, bits: value };
}

function readState({ values, not }: Option): Match[] | undefined {
  const names = (values[0] ?? '').split(',');
  if (!names.every((name) => Object.hasOwn(STATES, name) || Object.hasOwn(TRANSLATED, name)))
    return undefined;
  const state = bitsOf(names, STATES);
  const status = bitsOf(names, TRANSLATED);
  const parts = [
    ...(state === 0 ? [] : [bits('ctstate', not, state)]),
    ...(status === 0 ? [] : [bits('ctstatus', not, status)]),
  ];
  // Neither of two sets is two conditions.
  return parts.length > 1 && !not ? [{ kind: 'any', of: parts }] : parts;
}

function readStatus({ values, not }: Option): Match | undefined {
  const names = (values[0] ?? '').split(',');
  if (!names.every((name) => Object.hasOwn(STATUSES, name))) return undefined;
  return bits('ctstatus', not, bitsOf(names, STATUSES));
}

function address(field: Field): Extension['parts'] {
  return ([option], { family }) => {
    const match = option && addressMatch(field, option.values[0] ?? '', option.not, family);
    return match && [match];
  };
}

function port(field: Field): (option: Option) => Match | undefined {
  return ({ values, not }) => {
    const range = parseRange(values[0] ?? '', ':', 0xffff);
    return range && compare(field, not, { ranges: [range] });
  };
}

function mark(field: Field): (option: Option) => Match | undefined {
  return ({ values, not }) => {
    const masked = parseMasked(values[0] ?? '');
    if (masked === undefined) return undefined;
    const { value, mask } = masked;
    return {
      kind: 'compare',
      left: mask === 0xffffffff ? fieldOf(field) : { kind: 'field', field, mask },
      not,
      values: { ranges: [{ low: value, high: value }] },
    };
  };
}

/** Matches on the connection and on marks. *Source:* iptables-extensions(8). */
export const connectionMatches: Readonly<Record<string, Extension>> = {
  conntrack: optionByOption({
    '--ctstate': readState,
    '--ctstatus': readStatus,
    '--ctdir': ({ values, not }) => {
      const side = ['ORIGINAL', 'REPLY'].indexOf(values[0] ?? '');
      return side < 0 ? undefined : compareNumber('ctdirection', not, side);
    },
    '--ctorigsrc': (option, context) => address('ct-original-saddr')([option], context),
    '--ctorigdst': (option, context) => address('ct-original-daddr')([option], context),
    '--ctreplsrc': (option, context) => address('ct-reply-saddr')([option], context),
    '--ctrepldst': (option, context) => address('ct-reply-daddr')([option], context),
    '--ctorigsrcport': port('ct-original-sport'),
    '--ctorigdstport': port('ct-original-dport'),
    '--ctreplsrcport': port('ct-reply-sport'),
    '--ctrepldstport': port('ct-reply-dport'),
    '--ctproto': ({ values, not }) => {
      const protocol = parseProtocolWord(values[0] ?? '');
      return protocol ? compareNumber('ct-protocol', not, protocol) : undefined;
    },
    '--ctexpire': () => undefined,
  }),
  state: optionByOption({ '--state': readState }),
  mark: optionByOption({ '--mark': mark('mark') }),
  connmark: optionByOption({ '--mark': mark('ctmark') }),
};
