import { type Ip, parseIp } from '../../model/address.ts';
import { lastOf, parseCidr } from '../../model/cidr.ts';
import type { ParseIssue } from '../../model/evidence.ts';
import { parseProtocol } from '../../model/protocol.ts';
import { indexElements } from '../ruleset/element-index.ts';
import type { IpSet, KeyPart, SetElement } from '../ruleset/sets.ts';
import { type Line, type Parsed, type TextSource, issueAt, linesOf } from '../text-source.ts';

/** A set as it is read. */
interface Draft {
  readonly name: string;
  type: string;
  family: IpSet['family'];
  /** Addresses are compared by so many bits of theirs. */
  netmask: number | undefined;
  /** Whether the members are listed: `ipset list -terse` leaves them out. */
  isRead: boolean;
  readonly elements: SetElement[];
  readonly members: string[];
  readonly line: number;
}

/** Sets of `ipset save` or `ipset list`. Counters, timeouts and comments of members do not matter. *Source:* ipset(8). */
export function parseIpset(source: TextSource): Parsed<IpSet> {
  const sets = new Map<string, Draft>();
  const issues: ParseIssue[] = [];
  let listed: Draft | undefined;
  let isMembers = false;
  for (const line of linesOf(source)) {
    const words = line.text.trim().split(/\s+/);
    const header =
      /^(Name|Type|Revision|Header|Size in memory|References|Number of entries|Default|Members):\s*(.*)$/.exec(
        line.text,
      );
    if (words[0] === 'create') addSet(sets, words, line);
    else if (words[0] === 'add') addMember(sets.get(words[1] ?? ''), words.slice(2), source, line, issues);
    else if (header) {
      const [, name, value = ''] = header;
      if (name === 'Name') {
        listed = addSet(sets, ['create', value], line);
        listed.isRead = false;
      }
      if (name === 'Type' && listed) listed.type = value;
      if (name === 'Header' && listed) {
        listed.family = familyIn(value.split(/\s+/));
        listed.netmask = netmaskIn(value.split(/\s+/));
      }
      isMembers = name === 'Members';
      if (listed && (isMembers || (name === 'Number of entries' && value === '0'))) listed.isRead = true;
    } else if (isMembers) addMember(listed, words, source, line, issues);
    else issues.push(issueAt(source, line, 'is no line of ipset'));
  }
  const drafts = [...sets.values()];
  for (const { isRead, line, name } of drafts)
    if (!isRead) issues.push(issueAt(source, { number: line, text: name }, 'lists no members of its set'));
  return { items: drafts.filter(({ isRead }) => isRead).map((draft) => finish(draft, source)), issues };
}

function addSet(sets: Map<string, Draft>, words: readonly string[], line: Line): Draft {
  const draft: Draft = {
    name: words[1] ?? '',
    type: words[2] ?? '',
    family: familyIn(words),
    netmask: netmaskIn(words),
    isRead: true,
    elements: [],
    members: [],
    line: line.number,
  };
  sets.set(draft.name, draft);
  return draft;
}

function familyIn(words: readonly string[]): IpSet['family'] {
  const at = words.indexOf('family');
  const family = at < 0 ? undefined : words[at + 1];
  return family === 'inet' || family === 'inet6' ? family : 'unspec';
}

function netmaskIn(words: readonly string[]): number | undefined {
  const at = words.indexOf('netmask');
  return at < 0 ? undefined : Number(words[at + 1]);
}

function addMember(
  set: Draft | undefined,
  words: readonly string[],
  source: TextSource,
  line: Line,
  issues: ParseIssue[],
): void {
  const [entry = '', ...rest] = words;
  // A comment may say anything.
  const comment = rest.indexOf('comment');
  const options = comment < 0 ? rest : rest.slice(0, comment);
  if (!set) {
    issues.push(issueAt(source, line, 'is a member of no set'));
    return;
  }
  if (set.type === 'list:set') {
    set.members.push(entry);
    return;
  }
  const key = keyOf(set, entry);
  if (key)
    set.elements.push({ key, line: line.number, ...(options.includes('nomatch') ? { nomatch: true } : {}) });
  else issues.push(issueAt(source, line, `is no member of a ${set.type}`));
}

/** The key of an entry: one part a dimension, a port being two (protocol, port). */
function keyOf({ type, netmask }: Draft, entry: string): KeyPart[] | undefined {
  const dimensions = type.slice(type.indexOf(':') + 1).split(',');
  const values = entry.split(',');
  if (values.length !== dimensions.length) return undefined;
  const key: KeyPart[] = [];
  for (const [index, dimension] of dimensions.entries()) {
    const value = values[index] ?? '';
    const wide =
      netmask !== undefined && dimension === 'ip' && !/[-/]/.test(value) ? `${value}/${netmask}` : value;
    const parts = partsOf(dimension, wide, type.startsWith('bitmap:'));
    if (!parts) return undefined;
    key.push(...parts);
  }
  return key;
}

const ANY = { low: 0, high: 255 };

function partsOf(dimension: string, value: string, isBitmap: boolean): KeyPart[] | undefined {
  switch (dimension) {
    case 'ip':
    case 'net': {
      const range = rangeOf(value);
      return range && [range];
    }
    case 'port': {
      const [protocolText, portText] = value.includes(':') ? value.split(':') : [undefined, value];
      // Types of ICMP go by names; no packet that is followed is one.
      if (protocolText?.startsWith('icmp') === true) {
        const icmp = parseProtocol(protocolText) ?? 0;
        return [
          { low: icmp, high: icmp },
          { low: 0, high: 0xffff },
        ];
      }
      const [low, high = low] = (portText ?? '').split('-').map(Number);
      if (low === undefined || !Number.isInteger(low) || high === undefined) return undefined;
      const protocol = protocolText === undefined ? undefined : parseProtocol(protocolText);
      const first =
        protocol === undefined ? (isBitmap ? ANY : { low: 6, high: 6 }) : { low: protocol, high: protocol };
      return [first, { low, high }];
    }
    case 'mark':
      return [{ low: Number(value), high: Number(value) }];
    case 'iface':
    case 'mac':
      return [{ name: value.replace(/^physdev:/, '') }];
    default:
      return undefined;
  }
}

function rangeOf(value: string): { low: Ip; high: Ip } | undefined {
  const [from = '', to] = value.split('-');
  if (to !== undefined) {
    const low = parseIp(from);
    const high = parseIp(to);
    return low === undefined || high === undefined ? undefined : { low, high };
  }
  const cidr = parseCidr(value);
  return cidr && { low: cidr.first, high: lastOf(cidr) };
}

function finish({ name, type, family, elements, members, line }: Draft, source: TextSource): IpSet {
  return {
    name,
    type,
    family,
    elements: indexElements(elements),
    source: source.path,
    line,
    ...(type === 'list:set' ? { members } : {}),
  };
}
