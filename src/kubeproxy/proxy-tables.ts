import type { Chain, Table } from '../dataplane/ruleset/ruleset.ts';
import { rulesOf } from '../dataplane/ruleset/rules-of.ts';
import type { Part } from '../dataplane/ruleset/rule-parts.ts';
import { isIpvsTable } from '../world/proxy/is-ipvs-table.ts';

/** What of kube-proxy's rules stands in a node's netfilter tables. */
export interface ProxyTables {
  /** Modes whose rules are reached from a hook. */
  readonly live: readonly ('iptables' | 'ipvs' | 'nftables')[];
  /** Modes whose chains exist although no hook leads to them. */
  readonly unhooked: readonly ('iptables' | 'ipvs' | 'nftables')[];
  /** Jumps from built-in chains that kube-proxy always writes and that are gone: `nat PREROUTING → KUBE-SERVICES`. */
  readonly missingJumps: readonly string[];
  /** The iptables flavours that hold KUBE-SERVICES rules. */
  readonly flavours: readonly ('iptables-legacy' | 'iptables-nft')[];
}

const REQUIRED_JUMPS = [
  ['nat', 'PREROUTING', 'KUBE-SERVICES'],
  ['nat', 'OUTPUT', 'KUBE-SERVICES'],
  ['nat', 'POSTROUTING', 'KUBE-POSTROUTING'],
] as const;

/** Finds kube-proxy's rules of one family (`ip` or `ip6`) in `tables`. *Source:* kube-proxy-written chains of v1.28 to v1.37. */
export function findProxyTables(tables: readonly Table[], family: 'ip' | 'ip6'): ProxyTables {
  const own = tables.filter((table) => table.family === family);
  const nat = own.filter((table) => table.name === 'nat' && table.chains.has('KUBE-SERVICES'));
  const live: ('iptables' | 'ipvs' | 'nftables')[] = [];
  const unhooked: ('iptables' | 'ipvs' | 'nftables')[] = [];
  const missingJumps: string[] = [];
  for (const table of nat) {
    const missing = REQUIRED_JUMPS.filter(
      ([name, from, to]) => name === 'nat' && !jumpsTo(table.chains.get(from), to),
    );
    const mode = isIpvsTable(table) ? 'ipvs' : 'iptables';
    (missing.length === REQUIRED_JUMPS.length ? unhooked : live).push(mode);
    missingJumps.push(...missing.map(([name, from, to]) => `${name} ${from} → ${to}`));
  }
  const native = own.find((table) => table.name === 'kube-proxy');
  if (native) (hasServicesHook(native) ? live : unhooked).push('nftables');
  const flavours = nat
    .filter((table) => (table.chains.get('KUBE-SERVICES')?.rules.length ?? 0) > 0)
    .map((table) => table.origin)
    .filter((origin): origin is 'iptables-legacy' | 'iptables-nft' => origin !== 'nftables');
  return { live, unhooked, missingJumps, flavours: [...new Set(flavours)] };
}

function hasServicesHook(table: Table): boolean {
  return [...table.chains.values()].some((chain) => chain.base?.type === 'nat' && jumpsTo(chain, 'services'));
}

function jumpsTo(chain: Chain | undefined, target: string): boolean {
  return partsOf(chain).some(
    (part) => (part.kind === 'jump' || part.kind === 'goto') && part.chain === target,
  );
}

function partsOf(chain: Chain | undefined): Part[] {
  return [...rulesOf(chain)].flatMap(({ parts }) => parts);
}
