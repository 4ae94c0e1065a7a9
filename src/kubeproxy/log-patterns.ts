/** A line that kube-proxy logs when something is wrong, with the fault it tells of. */
export interface LogPattern {
  readonly pattern: RegExp;
  /** Id of the fault catalogue. */
  readonly fault: string;
  readonly meaning: string;
  /** What to do about it, before a restart helps. */
  readonly mend?: string;
  /** Rules are written all the same: it does not explain that they are old. */
  readonly isBeside?: true;
  /** Says nothing where another pattern tells what the same line is about. */
  readonly isGeneral?: true;
}

/**
 * What kube-proxy's log lines mean, most telling first.
 * *Source:* kubernetes v1.37 `pkg/proxy`, `cmd/kube-proxy`, client-go reflector.
 */
export const LOG_PATTERNS: readonly LogPattern[] = [
  {
    pattern: /nf_conntrack_max: (permission denied|read-only file system)/,
    fault: 'K02',
    meaning: 'may not set nf_conntrack_max and exits',
    mend: 'set conntrack.maxPerCore and conntrack.min to 0 in kube-proxy’s configuration, or raise nf_conntrack_max on the host',
  },
  {
    pattern: /is forbidden: User .* cannot (list|watch|get)/,
    fault: 'K04',
    meaning: 'lacks rights to read what it proxies',
    mend: 'bind kube-proxy’s ServiceAccount to the ClusterRole system:node-proxier',
  },
  {
    pattern: /x509: certificate|tls: .*certificate/,
    fault: 'O04',
    meaning: 'does not trust the API server, or is not trusted by it',
    mend: 'renew the certificates, or set the node’s clock',
  },
  {
    pattern:
      /[Ff]ailed to (list|watch) \*v1\.(Service|EndpointSlice|Node)|[Ff]ailed to watch.*(connection refused|no route|timeout|EOF)/,
    fault: 'K03',
    meaning: 'cannot reach the API server',
    mend: 'mend the way from the node to the API server, or the server that kube-proxy’s kubeconfig names',
  },
  {
    pattern: /currently holding the xtables lock/,
    fault: 'K06',
    meaning: 'cannot write its rules, because another program holds the xtables lock',
    mend: 'find who holds the lock (fuser -v /run/xtables.lock on the node) and stop it',
  },
  {
    pattern:
      /Failed to execute iptables-restore|iptables-restore: line \d+ failed|Failed to ensure chain (exists|jumps)|nftables sync failed/,
    fault: 'K06',
    meaning: 'fails to write its rules, so nothing is applied',
    mend: 'mend what the line of the log names',
  },
  {
    pattern:
      /[Cc]an't use (the )?(IPVS|ipvs) proxier|nf_tables not supported|no such file or directory.*modprobe|(conntrack|nft|iptables(-restore)?)\W.*executable file not found|nftables proxier.*(kernel|not (available|supported))|nftables mode requires kernel|do you need to insmod|IPVS interface can't be initialized/,
    fault: 'K07',
    meaning: 'lacks a kernel module, a newer kernel or a tool',
    mend: 'load the module, install the tool, or choose a mode that the node’s kernel can',
  },
  {
    pattern:
      /Failed to retrieve node info|Can't determine this node's IP|Timed out waiting for node to (exist|be assigned IPs)/,
    fault: 'K11',
    meaning: 'does not find its Node object by the name it was given',
  },
  {
    pattern: /IPTables canary deleted|Reloading after iptables flush|Inconsistent iptables state detected/,
    fault: 'R02',
    meaning: 'found its rules flushed by another program',
  },
  {
    pattern: /Failed to (bind service address to dummy device|create dummy interface)/,
    fault: 'R11',
    meaning: 'cannot put addresses of Services on kube-ipvs0',
  },
  {
    pattern:
      /Failed to (add|get|update) IPVS service|Failed to (add|update) destination|Failed to sync (service|endpoint for service)/,
    fault: 'R12',
    meaning: 'cannot write virtual servers',
  },
  {
    pattern:
      /[Hh]ash is full, cannot add more elements|Failed to add ip set entry|Error adding entry to ipset/,
    fault: 'R18',
    meaning: 'cannot write members of its ipsets',
  },
  {
    pattern: /Failed to get node ip address matching node ?port/i,
    fault: 'X05',
    meaning: 'finds no address of its node that nodePortAddresses select',
    isBeside: true,
  },
  {
    pattern: /Failed to start healthcheck|FailedToStartServiceHealthcheck/,
    fault: 'S15',
    meaning: 'cannot listen on the health check port of a Service',
    isBeside: true,
  },
  {
    pattern: /Failed to (list|clear all|delete stale service) (conntrack entries|connections)/,
    fault: 'C05',
    meaning:
      'cannot clear entries of connection tracking, so UDP clients may stay with endpoints that are gone',
  },
  {
    pattern: /"?(Error running ProxyServer|command failed)"? err=/,
    fault: 'K01',
    meaning: 'exits with an error',
    mend: 'mend what the line of the log names',
    isGeneral: true,
  },
];

/** What was found in a log: the pattern, how often, and the last line that shows it. */
export interface LogMatch {
  readonly pattern: LogPattern;
  readonly count: number;
  /** 1-based. */
  readonly lastLine: number;
  readonly lastText: string;
}

/** The patterns that `log` shows, in the order of LOG_PATTERNS. */
export function matchLog(log: string): LogMatch[] {
  const lines = log.split('\n');
  const told = new Set<number>();
  return LOG_PATTERNS.flatMap((pattern) => {
    const hits = lines.flatMap((text, index) =>
      pattern.pattern.test(text) && !(pattern.isGeneral && told.has(index)) ? [index] : [],
    );
    for (const hit of hits) told.add(hit);
    const last = hits.at(-1);
    if (last === undefined) return [];
    return [{ pattern, count: hits.length, lastLine: last + 1, lastText: lines[last] ?? '' }];
  });
}
