import type { Unread } from '../../dataplane/node-state.ts';
import type { Table } from '../../dataplane/ruleset/ruleset.ts';
import { isIpvsTable } from '../proxy/is-ipvs-table.ts';
import type { ProxyMode } from '../kube-proxy-state.ts';
import type { RuleDump } from './merge-tables.ts';

type Family = Unread['family'];

/** The tables that every kube-proxy which works with iptables writes. */
const OF_KUBE_PROXY = ['nat', 'filter'] as const;

/** What decides which rules are missed. */
export interface RulesRead {
  readonly node: string;
  readonly dumps: readonly RuleDump[];
  /** Whether the virtual servers of IPVS were read, all of them. */
  readonly hasIpvs: boolean;
  /** How kube-proxy is known to work there; undefined where nothing says. */
  readonly mode: ProxyMode | undefined;
  /** Whether kube-proxy there answered when it was asked about itself. */
  readonly isProxyAlive?: boolean;
  /** Whether the legacy tables of iptables were listed, be it that there are none. */
  readonly isLegacyAsked?: boolean;
}

/**
 * Rules that none of the dumps of a node shows, in families of which others were read: tables of iptables where each listing shows one of
 * them or the dump was cut, tables of nftables where only iptables printed, the legacy tables where only nft did, virtual servers.
 *
 * *Limits:* a dump of more than one table is taken for all of them; old kernels without nf_tables are told by what iptables says of itself.
 * *Source:* iptables-save(8) `-t`, iptables(8) `-L`; iptables 1.8 iptables/xtables-save.c, which prints none of the tables that nft made.
 */
export function findUnreadRules(read: RulesRead): Unread[] {
  const { node, dumps, hasIpvs, mode } = read;
  const hasNft = dumps.some((dump) => dump.source.kind.startsWith('nft') && isWhole(dump));
  return (['ip', 'ip6'] as const).flatMap((family): Unread[] => {
    const isOwn = (table: Table): boolean => table.family === family || table.family === 'inet';
    const all = dumps.flatMap(({ tables }) => tables.filter(isOwn));
    const isServed = all.some(serves);
    const printed = dumps
      .filter(({ source, tables }) => source.kind.startsWith('iptables') && tables.some(isOwn))
      .map((dump) => ({ ...dump, tables: dump.tables.filter(isOwn) }));
    const servers =
      !hasIpvs && (mode === 'ipvs' || (mode === undefined && all.some(isIpvsTable)))
        ? [virtualServers(node, family)]
        : [];
    const older = legacyUnread(read, family, all, isServed);
    if (hasNft) {
      const isSeen = mode === 'nftables' || isServed || printed.length > 0;
      return isSeen ? [...servers, ...older] : [...servers, legacy(node, family, true, ONLY_NFT)];
    }
    const mayServe = mode === 'nftables' ? !all.some(isOfNft) : mode === undefined && !isServed;
    const mayBeMore = dumps.some(({ source }) => source.kind.startsWith('nft')) || all.some(isOnNfTables);
    return [
      ...servers,
      ...older,
      ...missingTables(node, family, printed),
      ...(all.length > 0 && (mayServe || mayBeMore) ? [nftables(node, family, mayServe)] : []),
    ];
  });
}

function isWhole({ tables }: RuleDump): boolean {
  return tables.every(({ complete }) => complete);
}

function isOfNft({ name, origin }: Table): boolean {
  return origin === 'nftables' && name === 'kube-proxy';
}

function isOnNfTables({ origin }: Table): boolean {
  return origin === 'iptables-nft';
}

/** Whether kube-proxy's translation stands in `table`. */
function serves(table: Table): boolean {
  return isOfNft(table) || (table.name === 'nat' && table.chains.has('KUBE-SERVICES'));
}

function missingTables(node: string, family: Family, printed: readonly RuleDump[]): Unread[] {
  if (printed.length === 0 || printed.some((dump) => dump.tables.length > 1 && isWhole(dump))) return [];
  const names = new Set(printed.flatMap(({ tables }) => tables.filter(hasHooks).map(({ name }) => name)));
  return OF_KUBE_PROXY.filter((name) => !names.has(name)).map((name) => ({
    family,
    mayServe: name === 'nat',
    gap: {
      what: `table ${name} of ${iptablesOf(family)} on ${node}`,
      why: 'it is not among those that were read',
      unlock: `${iptablesOf(family)}-save -c on ${node}, which prints all tables`,
      node,
    },
  }));
}

/** Whether the listing shows where the kernel enters the table: of iptables no table is without its built-in chains, but one that was searched (`| grep KUBE`). */
function hasHooks({ complete, chains }: Table): boolean {
  return complete || [...chains.values()].some(({ base }) => base !== undefined);
}

function nftables(node: string, family: Family, mayServe: boolean): Unread {
  const why = mayServe
    ? 'kube-proxy may work with nftables'
    : 'iptables works on nf_tables there, and other programs may keep tables of their own';
  return {
    family,
    mayServe,
    gap: {
      what: `tables of nftables on ${node}`,
      why: `not all were read; ${why}`,
      unlock: `nft list ruleset on ${node}`,
      node,
    },
  };
}

function virtualServers(node: string, family: Family): Unread {
  return {
    family,
    mayServe: true,
    gap: {
      what: `virtual servers of IPVS on ${node}`,
      why: 'kube-proxy works with IPVS there, and not all of them were read',
      unlock: `ipvsadm-save -n on ${node}`,
      node,
    },
  };
}

const ONLY_NFT =
  'only nft list ruleset was read, which does not show them, and it holds nothing of kube-proxy';

function legacy(node: string, family: Family, mayServe: boolean, why: string): Unread {
  const tool = iptablesOf(family);
  return {
    family,
    mayServe,
    gap: {
      what: `legacy tables of ${tool} on ${node}`,
      why,
      unlock: why === ONLY_NFT ? `${tool}-save -c on ${node}` : `${tool}-legacy-save -c on ${node}`,
      node,
    },
  };
}

/** Chains that kube-proxy makes in iptables mode, and kubelet does not. */
const OF_PROXY_ALONE = /^KUBE-(PROXY-|SERVICES$|NODEPORTS$|FORWARD$|EXTERNAL-SERVICES$|SVC-|SEP-)/;

/**
 * Legacy tables beside those on nf_tables that nobody listed, where something tells that there are some: iptables itself, or a kube-proxy that works with
 * iptables and has no chain in what was read.
 */
function legacyUnread(
  { node, dumps, mode, isProxyAlive, isLegacyAsked }: RulesRead,
  family: Family,
  all: readonly Table[],
  isServed: boolean,
): Unread[] {
  if (isLegacyAsked === true || all.length === 0 || all.some(({ origin }) => origin === 'iptables-legacy'))
    return [];
  if (dumps.some(({ source }) => warnsOf(source, family)))
    return [legacy(node, family, !isServed, 'iptables says that there are some, and they were not listed')];
  const isElsewhere =
    mode === 'iptables' &&
    isProxyAlive === true &&
    all.some(isOnNfTables) &&
    !all.some(({ chains }) => [...chains.keys()].some((name) => OF_PROXY_ALONE.test(name)));
  const why =
    'kube-proxy runs and works with iptables, and none of its chains is in the tables that were listed';
  return isElsewhere ? [legacy(node, family, true, why)] : [];
}

const decoder = new TextDecoder();
const EDGE_BYTES = 2_000;

/** Whether iptables said beside its listing that it does not show all. *Source:* iptables 1.8 iptables/nft.c `nft_check_xt_legacy`. */
function warnsOf({ bytes }: RuleDump['source'], family: Family): boolean {
  const edges = decoder.decode(bytes.subarray(0, EDGE_BYTES)) + decoder.decode(bytes.subarray(-EDGE_BYTES));
  return edges.includes(`# Warning: ${iptablesOf(family)}-legacy tables present`);
}

function iptablesOf(family: Family): string {
  return family === 'ip' ? 'iptables' : 'ip6tables';
}
