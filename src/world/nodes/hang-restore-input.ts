import { parseIptables } from '../../dataplane/iptables/parse-iptables.ts';
import type { Ruleset, Table } from '../../dataplane/ruleset/ruleset.ts';

// *Source:* kubernetes pkg/proxy/iptables/proxier.go `iptablesJumpChains`, in the order of the kernel's chains.
const JUMPS: ReadonlyMap<string, readonly (readonly [from: string, to: string, isForNew: boolean])[]> =
  new Map([
    [
      'filter',
      [
        ['INPUT', 'KUBE-PROXY-FIREWALL', true],
        ['INPUT', 'KUBE-NODEPORTS', false],
        ['INPUT', 'KUBE-EXTERNAL-SERVICES', true],
        ['FORWARD', 'KUBE-PROXY-FIREWALL', true],
        ['FORWARD', 'KUBE-FORWARD', false],
        ['FORWARD', 'KUBE-SERVICES', true],
        ['FORWARD', 'KUBE-EXTERNAL-SERVICES', true],
        ['OUTPUT', 'KUBE-PROXY-FIREWALL', true],
        ['OUTPUT', 'KUBE-SERVICES', true],
      ],
    ],
    [
      'nat',
      [
        ['PREROUTING', 'KUBE-SERVICES', false],
        ['OUTPUT', 'KUBE-SERVICES', false],
        ['POSTROUTING', 'KUBE-POSTROUTING', false],
      ],
    ],
  ]);

/**
 * `ruleset` where it is what kube-proxy gives to iptables-restore, as its log prints it: tables of its own chains alone. They hang
 * below the built-in chains as kube-proxy sets that up apart from it, and the issue of the table says so. Other dumps come back as they are.
 *
 * *Limits:* what else the node's built-in chains hold is not in such input, and is taken as nothing.
 */
export function hangRestoreInput(ruleset: Ruleset): Ruleset {
  const { tables, issues } = ruleset;
  const isInput = issues.length > 0 && issues.every(({ problem }) => problem.includes('iptables-restore'));
  if (!isInput || !tables.every(isOwnChainsAlone)) return ruleset;
  return {
    tables: tables.map(hang),
    issues: issues.map((issue) => ({
      ...issue,
      problem: `${issue.problem}; its chains are taken to hang where kube-proxy hangs them, with nothing beside them`,
    })),
  };
}

function isOwnChainsAlone({ name, chains }: Table): boolean {
  return JUMPS.has(name) && [...chains.keys()].every((chain) => chain.startsWith('KUBE-'));
}

function hang(table: Table): Table {
  const jumps = (JUMPS.get(table.name) ?? []).filter(([, to]) => table.chains.has(to));
  const text = [
    `*${table.name}`,
    ...new Set(jumps.flatMap(([from, to]) => [`:${from} ACCEPT [0:0]`, `:${to} - [0:0]`])),
    ...jumps.map(
      ([from, to, isForNew]) => `-A ${from} ${isForNew ? '-m conntrack --ctstate NEW ' : ''}-j ${to}`,
    ),
    'COMMIT\n',
  ].join('\n');
  const [frame] = parseIptables(
    { path: table.source, bytes: new TextEncoder().encode(text) },
    { family: table.family === 'ip6' ? 'ip6' : 'ip' },
  ).tables;
  return { ...table, chains: new Map([...(frame?.chains ?? []), ...table.chains]), complete: true };
}
