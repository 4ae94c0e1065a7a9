import { parseIp } from '../../../model/address.ts';
import type { Match } from '../../ruleset/rule-parts.ts';
import { type Extension, type Option, optionByOption } from '../rule-syntax.ts';
import { compare, parseNumber, parseProtocolWord, parseRange } from '../values.ts';

function optionOf(options: readonly Option[], ...names: readonly string[]): Option | undefined {
  return options.find((option) => names.includes(option.name));
}

const statistic: Extension = {
  options: { '--mode': 1, '--probability': 1, '--every': 1, '--packet': 1 },
  parts(options) {
    const mode = optionOf(options, '--mode')?.values[0];
    const chance = optionOf(options, '--probability');
    const every = optionOf(options, '--every');
    if (mode === 'random' && chance !== undefined) {
      const probability = Number(chance.values[0]);
      if (!/^[\d.]+(e-?\d+)?$/.test(chance.values[0] ?? '') || !(probability <= 1)) return undefined;
      // The kernel compares 31 random bits with this integer. *Source:* libxt_statistic.c.
      return [{ kind: 'random', weight: Math.round(probability * 2 ** 31), of: 2 ** 31, not: chance.not }];
    }
    const count = parseNumber(every?.values[0] ?? '');
    if ((mode !== 'nth' && mode !== undefined) || every === undefined || !count) return undefined;
    return [{ kind: 'random', weight: 1, of: count, not: every.not }];
  },
};

const OPERATIONS = ['set', 'rcheck', 'update', 'remove'] as const;

// Anything that makes a list depend on more than the whole source address and a time is not modelled.
const recent: Extension = {
  options: {
    '--set': 0,
    '--rcheck': 0,
    '--update': 0,
    '--remove': 0,
    '--name': 1,
    '--seconds': 1,
    '--reap': 0,
    '--hitcount': 1,
    '--rttl': 0,
    '--rsource': 0,
    '--rdest': 0,
    '--mask': 1,
  },
  parts(options) {
    const operation = OPERATIONS.find((name) => optionOf(options, `--${name}`));
    const mask = optionOf(options, '--mask')?.values[0];
    const isWhole = mask === undefined || mask === '255.255.255.255' || /^ffff(:ffff){7}$/.test(mask);
    if (operation === undefined || !isWhole || optionOf(options, '--hitcount', '--rttl', '--rdest'))
      return undefined;
    const seconds = optionOf(options, '--seconds');
    const time = seconds && parseNumber(seconds.values[0] ?? '');
    if (seconds && time === undefined) return undefined;
    return [
      {
        kind: 'recent',
        list: optionOf(options, '--name')?.values[0] ?? 'DEFAULT',
        operation,
        ...(time === undefined ? {} : { seconds: time }),
        not: optionOf(options, `--${operation}`)?.not ?? false,
      },
    ];
  },
};

const ipvs: Extension = {
  options: {
    '--ipvs': 0,
    '--vproto': 1,
    '--vaddr': 1,
    '--vport': 1,
    '--vdir': 1,
    '--vmethod': 1,
    '--vportctl': 1,
  },
  parts(options) {
    if (optionOf(options, '--vdir', '--vmethod', '--vportctl')) return undefined;
    const text = (name: string): string | undefined => optionOf(options, name)?.values[0];
    const vaddr = parseIp(text('--vaddr')?.replace(/\/(32|128)$/, '') ?? '');
    const vport = parseNumber(text('--vport') ?? '');
    const protocol = parseProtocolWord(text('--vproto') ?? '');
    const isRead =
      (vaddr !== undefined || !text('--vaddr')) &&
      (vport !== undefined || !text('--vport')) &&
      (protocol !== undefined || !text('--vproto'));
    const negated = options.filter((option) => option.not);
    if (!isRead || (negated.length > 0 && options.length > 1)) return undefined;
    return [
      {
        kind: 'ipvs',
        not: negated.length > 0,
        ...(vaddr === undefined ? {} : { vaddr }),
        ...(vport === undefined ? {} : { vport }),
        ...(protocol === undefined ? {} : { protocol }),
      },
    ];
  },
};

const rpfilter: Extension = {
  options: { '--loose': 0, '--validmark': 0, '--accept-local': 0, '--invert': 0 },
  parts(options) {
    if (optionOf(options, '--accept-local')) return undefined;
    const has = (name: string): boolean => optionOf(options, name) !== undefined;
    return [{ kind: 'rpfilter', loose: has('--loose'), not: has('--invert'), withMark: has('--validmark') }];
  },
};

const socket: Extension = {
  options: { '--transparent': 0, '--nowildcard': 0, '--restore-skmark': 0 },
  parts(options) {
    // It would put a socket's mark on the packet.
    if (optionOf(options, '--restore-skmark')) return undefined;
    return [{ kind: 'socket', not: false, text: options.map(({ name }) => name).join(' ') }];
  },
};

function packetType({ values, not }: Option): Match | undefined {
  const name = values[0] ?? '';
  if (!['unicast', 'broadcast', 'multicast'].includes(name)) return undefined;
  return compare('pkttype', not, { names: [name] });
}

function length({ values, not }: Option): Match | undefined {
  const range = parseRange(values[0] ?? '', ':', 0xffff);
  return range && compare('length', not, { ranges: [range] });
}

/** Matches on chance, memory, sockets and routes. *Source:* iptables-extensions(8). */
export const behaviourMatches: Readonly<Record<string, Extension>> = {
  statistic,
  recent,
  ipvs,
  rpfilter,
  socket,
  pkttype: optionByOption({ '--pkt-type': packetType }),
  length: optionByOption({ '--length': length }),
  // Counts packets, and lets each go on.
  nfacct: optionByOption({
    '--nfacct-name': ({ values }) => ({ kind: 'pass', text: `-m nfacct --nfacct-name ${values[0] ?? ''}` }),
  }),
};
