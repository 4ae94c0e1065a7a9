import { parseIp } from '../../model/address.ts';
import type { ParseIssue } from '../../model/evidence.ts';
import { type Parsed, type TextSource, isJson, issueAt, linesOf, parseJsonRows } from '../text-source.ts';
import type { InterfaceAddress, Link } from './routes.ts';

/** A link as it is read, line by line. */
type Draft = { -readonly [Key in keyof Link]: Link[Key] } & { addresses: InterfaceAddress[] };

/**
 * Links with their addresses, from `ip addr`, `ip link` (also `-d`) in text or `-j`.
 * *Source:* ip-address(8), ip-link(8), iproute2 6.1.
 */
export function parseIpAddr(source: TextSource): Parsed<Link> {
  return isJson(source) ? parseJsonLinks(source) : parseTextLinks(source);
}

const HEADING = /^(\d+): ([^:@\s]+)(?:@(\S+?))?: <([^>]*)>(.*)$/;

function parseTextLinks(source: TextSource): Parsed<Link> {
  const links: Draft[] = [];
  const issues: ParseIssue[] = [];
  for (const line of linesOf(source)) {
    const heading = HEADING.exec(line.text);
    if (heading) {
      links.push(linkOf(heading));
      continue;
    }
    const link = links.at(-1);
    if (!link || !/^\s/.test(line.text)) {
      issues.push(issueAt(source, line, 'is no line of ip addr'));
      continue;
    }
    const words = line.text.trim().split(/\s+/);
    if (words[0] === 'inet' || words[0] === 'inet6') {
      const address = addressOf(words);
      if (address) link.addresses.push(address);
      else issues.push(issueAt(source, line, 'names no address'));
    } else if (KINDS.has(words[0] ?? '')) {
      link.kind = words[0] ?? '';
      if (link.kind === 'vxlan') Object.assign(link, tunnelOf(after(words, 'dev'), after(words, 'dstport')));
    }
    if (/\bpromiscuity [1-9]/.test(line.text)) link.isPromiscuous = true;
  }
  return { items: links, issues };
}

function after(words: readonly string[], word: string): string | undefined {
  const at = words.indexOf(word);
  return at < 0 ? undefined : words[at + 1];
}

function tunnelOf(lower: unknown, port: unknown): Pick<Link, 'lower' | 'tunnelPort'> {
  const number = Number(port);
  return {
    ...(typeof lower === 'string' ? { lower } : {}),
    ...(number > 0 ? { tunnelPort: number } : {}),
  };
}

const KINDS = new Set([
  'bridge',
  'veth',
  'vxlan',
  'dummy',
  'ipip',
  'sit',
  'wireguard',
  'geneve',
  'bond',
  'vlan',
  'macvlan',
  'ipvlan',
  'tun',
  'gre',
  'ip6tnl',
  'nlmon',
  'vti',
  'vrf',
]);

function linkOf([, index = '0', name = '', peer, flags = '', rest = '']: RegExpExecArray): Draft {
  const flagSet = new Set(flags.split(','));
  const master = /\bmaster (\S+)/.exec(rest)?.[1];
  const mtu = /\bmtu (\d+)/.exec(rest)?.[1];
  const peerIndex = peer === undefined ? undefined : /^if(\d+)$/.exec(peer)?.[1];
  const kind = name.startsWith('veth') && peer !== undefined ? 'veth' : kindOfMaster(name, flagSet);
  return {
    index: Number(index),
    name,
    isUp: flagSet.has('UP'),
    isLoopback: flagSet.has('LOOPBACK'),
    isPromiscuous: flagSet.has('PROMISC'),
    // Pairs have another end, on this machine: `@`.
    ...(isPointToPoint([...flagSet]) && peer === undefined ? { isPointToPoint: true } : {}),
    addresses: [],
    ...(master === undefined ? {} : { master }),
    ...(mtu === undefined ? {} : { mtu: Number(mtu) }),
    ...(peerIndex === undefined ? {} : { peerIndex: Number(peerIndex) }),
    ...(kind === undefined ? {} : { kind }),
  };
}

function isPointToPoint(flags: readonly string[]): boolean {
  return flags.includes('POINTOPOINT') && flags.includes('NOARP');
}

/** What other interfaces may belong to and is no bridge, by what every dump shows. *Source:* linux IFF_MASTER of bonding and vrf; Open vSwitch. */
function kindOfMaster(name: string, flags: ReadonlySet<string>): string | undefined {
  if (name === 'ovs-system') return 'openvswitch';
  if (!flags.has('MASTER')) return undefined;
  return flags.has('NOARP') ? 'vrf' : 'bond';
}

function addressOf(words: readonly string[]): InterfaceAddress | undefined {
  const [text = '', prefix] = (words[1] ?? '').split('/');
  const address = parseIp(text);
  if (address === undefined) return undefined;
  const scope = words[words.indexOf('scope') + 1] ?? 'global';
  return {
    address,
    prefix: prefix === undefined ? (typeof address === 'number' ? 32 : 128) : Number(prefix),
    scope,
  };
}

function parseJsonLinks(source: TextSource): Parsed<Link> {
  const { items: rows, issues } = parseJsonRows(source);
  return { items: rows.map(jsonLink), issues };
}

function jsonLink(row: Record<string, unknown>): Link {
  const flags = Array.isArray(row['flags']) ? row['flags'].map(String) : [];
  const info = row['linkinfo'] as
    { info_kind?: string; info_data?: { link?: unknown; port?: unknown } } | undefined;
  const infos = Array.isArray(row['addr_info']) ? (row['addr_info'] as Record<string, unknown>[]) : [];
  const name = String(row['ifname']);
  const kind = info?.info_kind ?? kindOfMaster(name, new Set(flags));
  const peerIndex = row['link_index'];
  return {
    index: Number(row['ifindex']),
    name,
    isUp: flags.includes('UP'),
    isLoopback: flags.includes('LOOPBACK'),
    isPromiscuous: flags.includes('PROMISC') || Number(row['promiscuity'] ?? 0) > 0,
    ...(isPointToPoint(flags) && peerIndex === undefined ? { isPointToPoint: true } : {}),
    ...(typeof kind === 'string' ? { kind } : {}),
    ...(typeof row['master'] === 'string' ? { master: row['master'] } : {}),
    ...(typeof row['mtu'] === 'number' ? { mtu: row['mtu'] } : {}),
    ...(typeof peerIndex === 'number' ? { peerIndex } : {}),
    ...(kind === 'vxlan' ? tunnelOf(info?.info_data?.link, info?.info_data?.port) : {}),
    addresses: infos.flatMap((each) => {
      const address = parseIp(String(each['local'] ?? ''));
      return address === undefined
        ? []
        : [{ address, prefix: Number(each['prefixlen']), scope: String(each['scope'] ?? 'global') }];
    }),
  };
}
