import type { Field, Match } from '../../ruleset/rule-parts.ts';
import { type Extension, type Option, optionByOption } from '../rule-syntax.ts';
import { compare, fieldOf, interfaceNames, parseAddressRange, parseNumber, parseRange } from '../values.ts';

function addressTypes(
  field: Field,
  via: 'iif' | 'oif' | undefined,
  { values, not }: Option,
): Match | undefined {
  const names = (values[0] ?? '').split(',');
  if (!names.every((name) => /^[A-Z]+$/.test(name))) return undefined;
  const left = via === undefined ? fieldOf(field) : ({ kind: 'field', field, viaInterface: via } as const);
  return { kind: 'compare', left, not, values: { names } };
}

const addrtype: Extension = {
  options: { '--src-type': 1, '--dst-type': 1, '--limit-iface-in': 0, '--limit-iface-out': 0 },
  parts(options) {
    const has = (name: string): boolean => options.some((option) => option.name === name);
    const via = has('--limit-iface-in') ? 'iif' : has('--limit-iface-out') ? 'oif' : undefined;
    const parts: Match[] = [];
    for (const option of options) {
      if (option.name.startsWith('--limit')) continue;
      const part = addressTypes(option.name === '--src-type' ? 'saddr-type' : 'daddr-type', via, option);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return parts;
  },
};

// The key tells only sides: which dimension is an address, a port or an interface is known to the set alone.
const set: Extension = {
  options: {
    '--match-set': 2,
    '--return-nomatch': 0,
    '--update-counters': 0,
    '--update-subcounters': 0,
    '--packets-eq': 1,
    '--packets-lt': 1,
    '--packets-gt': 1,
    '--bytes-eq': 1,
    '--bytes-lt': 1,
    '--bytes-gt': 1,
  },
  parts(options) {
    const parts: Match[] = [];
    for (const { name, values, not } of options) {
      if (name.startsWith('--update')) continue;
      const [setName, flags] = values;
      const key = sidesOf(flags ?? '');
      if (name !== '--match-set' || setName === undefined || key === undefined) return undefined;
      parts.push({ kind: 'lookup', key, set: setName, not, ipset: true });
    }
    return parts;
  },
};

/** The key of an ipset lookup: a source or destination a dimension; undefined where `flags` says neither. */
export function sidesOf(flags: string): { kind: 'field'; field: 'saddr' | 'daddr' }[] | undefined {
  const sides = flags.split(',');
  if (!sides.every((side) => side === 'src' || side === 'dst')) return undefined;
  return sides.map((side) => ({ kind: 'field', field: side === 'src' ? 'saddr' : 'daddr' }));
}

function range(field: Field): Extension['parts'] {
  return ([option], { family }) => {
    const found = option && parseAddressRange(option.values[0] ?? '', family);
    return found && [compare(field, option.not, { ranges: [found] })];
  };
}

function port(field: Field): (option: Option) => Match {
  return ({ values, not }) => compare(field, not, interfaceNames(values[0] ?? ''));
}

// Whether the frame has such a bridge port at all.
function anyPort(field: Field): (option: Option) => Match {
  return ({ not }) => compare(field, not, { names: ['*'] });
}

const physdev = optionByOption({
  '--physdev-in': port('physindev'),
  '--physdev-out': port('physoutdev'),
  '--physdev-is-in': anyPort('physindev'),
  '--physdev-is-out': anyPort('physoutdev'),
  '--physdev-is-bridged': anyPort('physoutdev'),
});

function owner(field: Field): (option: Option) => Match | undefined {
  return ({ values, not }) => {
    const text = values[0] ?? '';
    const found = text.includes('-') ? parseRange(text, '-', 0xffffffff) : parseNumber(text);
    if (found === undefined) return undefined;
    return compare(field, not, { ranges: [typeof found === 'number' ? { low: found, high: found } : found] });
  };
}

/** Matches on where a packet comes from and goes to. *Source:* iptables-extensions(8). */
export const sideMatches: Readonly<Record<string, Extension>> = {
  addrtype,
  set,
  iprange: optionByOption({
    '--src-range': (option, context) => range('saddr')([option], context),
    '--dst-range': (option, context) => range('daddr')([option], context),
  }),
  physdev: {
    ...physdev,
    options: {
      ...physdev.options,
      '--physdev-is-in': 0,
      '--physdev-is-out': 0,
      '--physdev-is-bridged': 0,
    },
  },
  owner: {
    ...optionByOption({ '--uid-owner': owner('skuid'), '--gid-owner': owner('skgid') }),
    options: { '--uid-owner': 1, '--gid-owner': 1, '--socket-exists': 0, '--suppl-groups': 0 },
  },
};
