/** One thing to read on a node. */
export interface NodeReading {
  /** What it tells; readings of the same name stand in for each other where only one of them is needed. */
  readonly what: string;
  /** Whether a node of which nothing of this name was read has a gap. */
  readonly isNeeded: boolean;
  /** Only where this file is there: ipvsadm would load the module that makes it. */
  readonly onlyWith?: string;
  /** Not where the reading before said in standard error that it is of a version, after `name`, that fits one of these patterns of the shell: that lists this, too. */
  readonly toldBy?: { readonly name: string; readonly versions: string };
  /** Says again what another reading says, or what nothing is judged by: worth a file, not worth the way through the API. */
  readonly isForFilesOnly?: boolean;
  /** Ways to read it, the best first: the first that succeeds counts. Words hold no blank: a shell may split them. */
  readonly ways: readonly NodeCommand[];
}

/** A command as an argument list, and the file below `nodes/NODE/` that keeps what it prints. */
export interface NodeCommand {
  readonly file: string;
  readonly argv: readonly string[];
}

/**
 * What is read on a node by running a program, whether by an administrator's script or by exec into a pod. All of them
 * only read. *Source:* iptables-save(8), nft(8), ipvsadm(8), ipset(8), ip(8), bridge(8), conntrack(8), ss(8).
 */
export const nodeReadings: readonly NodeReading[] = [
  needed('rules', ['iptables-save.txt', 'iptables-nft-save -c'], ['iptables-save.txt', 'iptables-save -c']),
  needed(
    'rules',
    ['ip6tables-save.txt', 'ip6tables-nft-save -c'],
    ['ip6tables-save.txt', 'ip6tables-save -c'],
  ),
  needed('rules', ['iptables-legacy-save.txt', 'iptables-legacy-save -c']),
  needed('rules', ['ip6tables-legacy-save.txt', 'ip6tables-legacy-save -c']),
  needed('rules', ['nft-ruleset.txt', 'nft list ruleset']),
  { ...wanted('rules', ['nft-ruleset.json', 'nft -j list ruleset']), isForFilesOnly: true },
  {
    ...wanted('virtual servers', ['ipvsadm.txt', 'ipvsadm -Ln'], ['ip_vs.txt', 'cat /proc/net/ip_vs']),
    onlyWith: '/proc/net/ip_vs',
  },
  wanted('ipsets', ['ipset-save.txt', 'ipset save']),
  needed('addresses', ['ip-addr.txt', 'ip addr show']),
  needed('routes', ['ip-route.txt', 'ip -4 route show table all']),
  wanted('routes', ['ip6-route.txt', 'ip -6 route show table all']),
  wanted('routing rules', ['ip-rule.txt', 'ip -4 rule show']),
  wanted('routing rules', ['ip6-rule.txt', 'ip -6 rule show']),
  wanted('neighbours', ['ip-neigh.txt', 'ip neigh show']),
  wanted('links', ['ip-link.json', 'ip -d -j link show'], ['ip-link.txt', 'ip link show']),
  wanted('bridge ports', ['bridge-link.txt', 'bridge -d link show']),
  wanted('bridge ports', ['bridge-fdb.txt', 'bridge fdb show']),
  wanted('connections', ['conntrack.txt', 'conntrack -L'], ['conntrack.txt', 'cat /proc/net/nf_conntrack']),
  {
    ...wanted('connections', ['conntrack6.txt', 'conntrack -L -f ipv6']),
    // From 1.4.7 on both families are listed already.
    toldBy: { name: 'conntrack v', versions: '1.4.[7-9]*|1.4.[1-9][0-9]*|1.[5-9]*|[2-9]*' },
  },
  wanted('connection counters', ['conntrack-counters.txt', 'conntrack -S']),
  wanted('neighbour counters', ['arp-cache.txt', 'cat /proc/net/stat/arp_cache']),
  wanted('neighbour counters', ['ndisc-cache.txt', 'cat /proc/net/stat/ndisc_cache']),
  wanted('listening sockets', ['ss.txt', 'ss -lntu'], ['ss.txt', 'netstat -lntu']),
  wanted('kernel', ['notes/kernel.txt', 'uname -a']),
];

type Way = readonly [file: string, command: string];

function needed(what: string, ...ways: readonly Way[]): NodeReading {
  return { what, isNeeded: true, ways: ways.map(commandOf) };
}

function wanted(what: string, ...ways: readonly Way[]): NodeReading {
  return { ...needed(what, ...ways), isNeeded: false };
}

function commandOf([file, command]: Way): NodeCommand {
  return { file, argv: command.split(' ') };
}

/** No single output is kept beyond this; what is cut is told. */
export const maxOutputBytes = 100_000_000;

/** The lines of kube-proxy's log that are kept, the last ones. */
export const logLines = 2_000;
