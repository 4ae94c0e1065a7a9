import { listedPart } from '../../dataplane/conntrack/listed-part.ts';
import { parseConntrack } from '../../dataplane/conntrack/parse-conntrack.ts';
import { uniqueEntries } from '../../dataplane/conntrack/unique-entries.ts';
import { parseConntrackCounters, parseNeighbourCounters } from '../../dataplane/counters/parse-counters.ts';
import { parseIptables } from '../../dataplane/iptables/parse-iptables.ts';
import { parseIptablesList } from '../../dataplane/iptables/parse-list.ts';
import { parseIpset } from '../../dataplane/ipvs/parse-ipset.ts';
import { parseIpvsadm } from '../../dataplane/ipvs/parse-ipvsadm.ts';
import { parseNftJson } from '../../dataplane/nftables/parse-nft-json.ts';
import { parseNftText } from '../../dataplane/nftables/parse-nft-text.ts';
import type { NodeState } from '../../dataplane/node-state.ts';
import { parseBridgeFdb } from '../../dataplane/routes/parse-bridge-fdb.ts';
import { parseBridgeLink, parseHairpinMode } from '../../dataplane/routes/parse-bridge-ports.ts';
import { parseIpAddr } from '../../dataplane/routes/parse-ip-addr.ts';
import { parseIpNeigh } from '../../dataplane/routes/parse-ip-neigh.ts';
import { parseIpRoute } from '../../dataplane/routes/parse-ip-route.ts';
import { parseIpRule } from '../../dataplane/routes/parse-ip-rule.ts';
import { parseSysctl } from '../../dataplane/routes/parse-sysctl.ts';
import type { Link, Route } from '../../dataplane/routes/routes.ts';
import { parseSockets } from '../../dataplane/sockets/parse-sockets.ts';
import type { Parsed } from '../../dataplane/text-source.ts';
import { byKey } from '../../model/by-key.ts';
import type { ParseIssue } from '../../model/evidence.ts';
import type { Source, SourceKind } from '../../snapshot/snapshot.ts';
import { addressPorts } from './address-ports.ts';
import { completeSettings } from './complete-settings.ts';
import { dropExcerpts } from './drop-excerpts.ts';
import { dropMisprints } from './drop-misprints.ts';
import { hangRestoreInput } from './hang-restore-input.ts';
import { completeLinks, mergeBridgePorts, mergeLinks } from './merge-links.ts';
import { type RuleDump, mergeTables } from './merge-tables.ts';
import { settleOrigins } from './settle-origin.ts';

/** What was read of the nodes' kernels. */
export interface ReadNodeStates {
  readonly states: ReadonlyMap<string, NodeState>;
  /** The dumps of rules of each node, as they were read. */
  readonly dumps: ReadonlyMap<string, readonly RuleDump[]>;
  readonly issues: readonly ParseIssue[];
}

/** Builds the state of each node from the sources that name it. */
export function readNodeStates(sources: readonly Source[]): ReadNodeStates {
  const issues: ParseIssue[] = [];
  const states = new Map<string, NodeState>();
  const dumps = new Map<string, readonly RuleDump[]>();
  for (const [node, own] of byKey(sources, (source) => source.node)) {
    const ownDumps = readDumps(own, issues);
    const state = readState(node, own, ownDumps, issues);
    if (state) states.set(node, state);
    dumps.set(node, ownDumps);
  }
  return { states, dumps, issues };
}

function readState(
  name: string,
  sources: readonly Source[],
  dumps: readonly RuleDump[],
  issues: ParseIssue[],
): NodeState | undefined {
  const each = <T>(
    kinds: readonly SourceKind[],
    parse: (source: Source) => Parsed<T>,
  ): (readonly T[])[] | undefined => {
    const own = sources.filter(({ kind }) => kinds.includes(kind));
    if (own.length === 0) return undefined;
    return own.map((source) => {
      const parsed = parse(source);
      issues.push(...parsed.issues);
      return parsed.items;
    });
  };
  const all = <T>(kinds: readonly SourceKind[], parse: (source: Source) => Parsed<T>): T[] | undefined =>
    each(kinds, parse)?.flat();
  const rules = mergeTables(dumps);
  const links = all(['ip-addr', 'ip-link'], parseIpAddr);
  const routes = some(all(['ip-route'], parseIpRoute));
  const ports = [
    ...(all(['hairpin-mode'], parseHairpinMode) ?? []),
    ...(all(['bridge-link'], parseBridgeLink) ?? []),
  ];
  const hasPorts = sources.some(({ kind }) => kind === 'hairpin-mode' || kind === 'bridge-link');
  const isKnown = hasPorts || (links !== undefined && hasNoPorts(links, routes ?? []));
  const neighbours = all(['ip-neigh'], parseIpNeigh);
  const forwarding = all(['bridge-fdb'], parseBridgeFdb);
  const ipvs = sources.filter(({ kind }) => OF_IPVS.includes(kind)).map(parseIpvsadm);
  issues.push(...ipvs.flatMap((parsed) => parsed.issues));
  const settings = all(['sysctl'], parseSysctl);
  const counted = [
    all(['conntrack-counters'], parseConntrackCounters),
    all(['neighbour-counters'], parseNeighbourCounters),
  ].flatMap((each) => each ?? []);
  const counters = counted.length === 0 ? undefined : counted;
  const members: Omit<NodeState, 'name' | 'tables' | 'listedAgain' | 'hasRules' | 'ipsets'> = {
    ...(ipvs.length > 0 ? { ipvs: preferListed(ipvs.flatMap(({ items }) => items)) } : {}),
    ...(ipvs.length > 0 && ipvs.every((parsed) => parsed.issues.length > 0) ? { isIpvsCut: true } : {}),
    ...given('links', links, (read) => completeLinks(mergeLinks(read), routes ?? [])),
    ...given('routes', routes, same),
    ...given(
      'routeRules',
      all(['ip-rule'], (source) => parseIpRule(source, /ip6|-6/.test(source.path) ? 'ip6' : 'ip')),
      same,
    ),
    ...given('neighbours', neighbours, same),
    ...given('bridgePorts', isKnown ? ports : undefined, (read) =>
      addressPorts(mergeBridgePorts(read, links ?? []), forwarding ?? [], neighbours ?? []),
    ),
    ...given('tunnels', forwarding, (read) => read.filter(({ remote }) => remote !== undefined)),
    ...given('sysctls', settings, (read) => completeSettings(read, sources.some(isCaptured))),
    ...conntrackPartOf(sources),
    ...given('conntrack', each(['conntrack'], parseConntrack), uniqueEntries),
    ...given('counters', counters, (read) => new Map(read)),
    ...given('sockets', all(['sockets'], parseSockets), same),
  };
  const sets = all(['ipset-save', 'ipset-list'], parseIpset) ?? [];
  if (Object.keys(members).length === 0 && sets.length === 0 && dumps.length === 0) return undefined;
  return { name, ...rules, ipsets: new Map(sets.map((set) => [set.name, set])), ...members };
}

/** Of several listings that are cut down to parts only what all of them list is listed for sure; one of the whole table is enough. */
function conntrackPartOf(sources: readonly Source[]): Pick<NodeState, 'conntrackPart'> {
  const [first, ...others] = sources.filter(({ kind }) => kind === 'conntrack').map(listedPart);
  if (first === undefined || others.includes(undefined)) return {};
  const isCommon = (word: string): boolean => others.every((part) => part?.has(word) === true);
  return { conntrackPart: new Set([...first].filter(isCommon)) };
}

/** Every kernel has some from its start: a list that is empty was not read. */
function some<T>(items: T[] | undefined): T[] | undefined {
  return items?.length === 0 ? undefined : items;
}

/**
 * No interface is a port of a bridge, as with CNIs that route to each pod; what a bond, a VRF or Open vSwitch has is none. Links that are all there name every
 * device of the routes.
 */
function hasNoPorts(links: readonly Link[], routes: readonly Route[]): boolean {
  const names = new Set(links.map(({ name }) => name));
  const kinds = new Map(
    links.flatMap(({ name, kind }) => (kind === undefined ? [] : [[name, kind] as const])),
  );
  return (
    links.some(({ isLoopback }) => !isLoopback) &&
    routes.length > 0 &&
    links.every(({ master }) => master === undefined || (kinds.get(master) ?? 'bridge') !== 'bridge') &&
    routes.every(({ device }) => device === undefined || names.has(device))
  );
}

const OF_IPVS: readonly SourceKind[] = ['ipvsadm-list', 'ipvsadm-save', 'proc-ip-vs'];

/** `ipvsadm -Ln` and `ipvsadm-save` of one node say the same: each virtual server counts once, as first read. */
function preferListed(
  servers: readonly NonNullable<NodeState['ipvs']>[number][],
): NonNullable<NodeState['ipvs']> {
  const seen = new Map<string, NonNullable<NodeState['ipvs']>[number]>();
  for (const server of servers) {
    const key = `${server.protocol} ${server.address} ${server.port} ${server.fwmark}`;
    if (!seen.has(key)) seen.set(key, server);
  }
  return [...seen.values()];
}

/** Settings by the names of their files, as the capture of a node prints them. */
function isCaptured({ kind, bytes }: Source): boolean {
  return kind === 'sysctl' && new TextDecoder().decode(bytes.subarray(0, 14)) === '/proc/sys/net/';
}

/** A member that was read, or none. */
function given<Key extends keyof NodeState, T>(
  key: Key,
  items: T[] | undefined,
  map: (items: T[]) => NodeState[Key],
): Partial<Pick<NodeState, Key>> {
  return (items === undefined ? {} : { [key]: map(items) }) as Partial<Pick<NodeState, Key>>;
}

function same<T>(items: T): T {
  return items;
}

/** A dump of which no table could be read shows nothing, and is as good as none. */
function readDumps(sources: readonly Source[], issues: ParseIssue[]): RuleDump[] {
  const dumps = sources.flatMap((source): RuleDump[] => {
    const ruleset = readRuleset(source);
    if (!ruleset) return [];
    issues.push(...ruleset.issues);
    const isRead = ruleset.tables.length > 0 || ruleset.issues.length === 0;
    return isRead ? [{ source, tables: ruleset.tables }] : [];
  });
  return settleOrigins(dropMisprints(dropExcerpts(dumps, issues), issues));
}

function readRuleset(source: Source): ReturnType<typeof parseIptables> | undefined {
  switch (source.kind) {
    case 'iptables-save':
    case 'iptables-list-rules':
      return hangRestoreInput(parseIptables(source, familyOfPath(source.path)));
    case 'iptables-list':
      return parseIptablesList(source, familyOfPath(source.path));
    case 'nft-text':
      return parseNftText(source);
    case 'nft-json':
      return parseNftJson(source);
    default:
      return undefined;
  }
}

/** The path names the family where the content may not: an IPv6 dump without a single address. */
function familyOfPath(path: string): { family: 'ip6' } | undefined {
  return /ip6tables|ipv6|[-_.]v6\b/i.test(path) ? { family: 'ip6' } : undefined;
}
