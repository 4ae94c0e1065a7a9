import { parseCidr } from '../../model/cidr.ts';
import { parseProtocol } from '../../model/protocol.ts';
import { type Parsed, type TextSource, isJson, parseJsonRows, parseLines } from '../text-source.ts';
import type { RouteRule } from './routes.ts';

/** A rule as it is read, word by word. */
type Draft = { -readonly [Key in keyof RouteRule]: RouteRule[Key] };

/**
 * Policy routing rules of `ip rule` and `ip -6 rule`, text or `-j`. A rule that names no address counts for `family`.
 * *Source:* ip-rule(8), iproute2 6.1.
 */
export function parseIpRule(source: TextSource, family: 'ip' | 'ip6' = 'ip'): Parsed<RouteRule> {
  if (isJson(source)) {
    const { items, issues } = parseJsonRows(source);
    return {
      items: items.map((row) => textRule(wordsOf(row), Number(row['priority'] ?? 0), 0, family)),
      issues,
    };
  }
  return parseLines<RouteRule>(source, ({ text, number }) => {
    const match = /^(\d+):\s+(.*)$/.exec(text.trim());
    if (!match) return { problem: 'is no routing rule' };
    return textRule((match[2] ?? '').split(/\s+/), Number(match[1]), number, family);
  });
}

function textRule(words: readonly string[], priority: number, line: number, family: 'ip' | 'ip6'): RouteRule {
  const rule: Draft = { priority, family, not: false, action: { kind: 'nop' }, line };
  const unknown: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const value = words[index + 1] ?? '';
    if (word === 'not') rule.not = true;
    else if (readSelector(rule, word, value) || readAction(rule, word, value)) index++;
    else if (BARE[word]) rule.action = BARE[word];
    else if (word !== '' && word !== '[detached]' && !(word in HARMLESS)) unknown.push(word);
    else if (HARMLESS[word]) index += HARMLESS[word];
  }
  if (typeof (rule.from ?? rule.to)?.first === 'bigint') rule.family = 'ip6';
  return unknown.length === 0 ? rule : { ...rule, unknown: unknown.join(' ') };
}

const BARE: Record<string, RouteRule['action']> = {
  unreachable: { kind: 'unreachable' },
  prohibit: { kind: 'prohibit' },
  blackhole: { kind: 'blackhole' },
  nop: { kind: 'nop' },
};

/** Words that change nothing, with how many words belong to each. */
const HARMLESS: Record<string, number> = { proto: 1, protocol: 1, suppress_ifgroup: 1 };

function readSelector(rule: Draft, word: string, value: string): boolean {
  switch (word) {
    case 'from':
    case 'to': {
      if (value === 'all') return true;
      const cidr = parseCidr(value);
      if (cidr) rule[word] = cidr;
      // `from` an address that cannot be read is not from everywhere.
      return cidr !== undefined;
    }
    case 'iif':
    case 'oif':
      rule[word] = value;
      return true;
    case 'fwmark': {
      const [mark = '0', mask = '0xffffffff'] = value.split('/');
      rule.fwmark = { value: Number(mark), mask: Number(mask) };
      return true;
    }
    case 'suppress_prefixlength':
      rule.suppressPrefix = Number(value);
      return true;
    case 'ipproto': {
      const protocol = parseProtocol(value);
      if (protocol !== undefined) rule.protocol = protocol;
      return protocol !== undefined;
    }
    default:
      return false;
  }
}

function readAction(rule: Draft, word: string, value: string): boolean {
  if (word === 'lookup' || word === 'table') rule.action = { kind: 'lookup', table: value };
  else if (word === 'goto') rule.action = { kind: 'goto', priority: Number(value) };
  else return false;
  return true;
}

/** A JSON rule in the words of the text form. */
function wordsOf(row: Record<string, unknown>): string[] {
  const words: string[] = [];
  const add = (word: string, value: unknown): void =>
    void (value === undefined || words.push(word, String(value)));
  if ('not' in row) words.push('not');
  add('from', withLength(row['src'], row['srclen']));
  add('to', withLength(row['dst'], row['dstlen']));
  add('iif', row['iif']);
  add('oif', row['oif']);
  if (row['fwmark'] !== undefined)
    add(
      'fwmark',
      row['fwmask'] === undefined ? row['fwmark'] : `${String(row['fwmark'])}/${String(row['fwmask'])}`,
    );
  add('ipproto', row['ipproto']);
  add('lookup', row['table']);
  add('goto', row['goto']);
  if (typeof row['action'] === 'string') words.push(row['action']);
  add('suppress_prefixlength', row['suppress_prefixlen']);
  for (const key of ['tos', 'sport', 'dport', 'uid_start', 'l3mdev']) if (key in row) words.push(key);
  return words;
}

function withLength(address: unknown, length: unknown): string | undefined {
  if (address === undefined) return undefined;
  return length === undefined ? String(address) : `${String(address)}/${String(length)}`;
}
