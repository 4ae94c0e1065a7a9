import type { Field, Part } from '../dataplane/ruleset/rule-parts.ts';
import type { Chain, Table } from '../dataplane/ruleset/ruleset.ts';
import { rulesOf } from '../dataplane/ruleset/rules-of.ts';
import type { Ip } from '../model/address.ts';
import type { ProxyMode } from '../world/kube-proxy-state.ts';
import type { NodeRules } from './way/station.ts';

/** A frontend that a node's kube-proxy rules serve, whether or not a Service has it (any more). */
export interface ServedEntry {
  /** Absent for a NodePort, which is served at many addresses. */
  readonly address?: Ip;
  readonly protocol: number;
  readonly port: number;
  readonly source: string;
  readonly line: number;
}

/**
 * The frontends that lead to endpoints in a node's rules, by kube-proxy's names: rules of KUBE-SERVICES and KUBE-NODEPORTS, elements of
 * service-ips and service-nodeports, virtual servers with an address on kube-ipvs0 (other programs have virtual servers too).
 * *Source:* kubernetes v1.24 to v1.37 pkg/proxy/{iptables,ipvs,nftables}/proxier.go.
 */
export function listEntries(rules: NodeRules, mode: ProxyMode): ServedEntry[] {
  if (mode === 'ipvs') return ipvsEntries(rules);
  return rules.tables.flatMap((table) =>
    mode === 'nftables'
      ? table.name === 'kube-proxy'
        ? nftEntries(table)
        : []
      : table.name === 'nat'
        ? ['KUBE-SERVICES', 'KUBE-NODEPORTS'].flatMap((name) => entriesOf(table, table.chains.get(name)))
        : [],
  );
}

function ipvsEntries({ ipvs = [], links = [] }: NodeRules): ServedEntry[] {
  const bound = new Set(
    links
      .filter(({ name }) => name === 'kube-ipvs0')
      .flatMap(({ addresses }) => addresses.map((each) => each.address)),
  );
  return ipvs.flatMap(({ address, port, protocol, servers, source, line }) =>
    address === undefined ||
    port === undefined ||
    protocol === undefined ||
    servers.length === 0 ||
    !bound.has(address)
      ? []
      : [{ address, port, protocol, source, line }],
  );
}

function nftEntries({ sets, source }: Table): ServedEntry[] {
  return ['service-ips', 'service-nodeports'].flatMap((name) =>
    [...(sets.get(name)?.elements.all() ?? [])].flatMap(({ key, value, line }): ServedEntry[] => {
      if (value?.kind !== 'verdict' || !('chain' in value.verdict)) return [];
      const numbers = key.map((part) => ('low' in part ? part.low : undefined));
      const [port, protocol, address] = numbers.reverse();
      if (typeof port !== 'number' || typeof protocol !== 'number') return [];
      return [{ protocol, port, source, line, ...(address === undefined ? {} : { address }) }];
    }),
  );
}

function entriesOf({ source }: Table, chain: Chain | undefined): ServedEntry[] {
  return [...rulesOf(chain)].flatMap(({ parts, line }): ServedEntry[] => {
    const leads = parts.some(
      (part) => part.kind === 'jump' && /^KUBE-(SVC|SVL|EXT|FW|XLB)-/.test(part.chain),
    );
    const [address] = valuesOf(parts, 'daddr');
    const [port] = valuesOf(parts, 'dport');
    const [protocol] = valuesOf(parts, 'l4proto');
    if (!leads || typeof port !== 'number' || typeof protocol !== 'number') return [];
    return [{ protocol, port, source, line, ...(address === undefined ? {} : { address }) }];
  });
}

/** The values that `parts` ask of `field`, where they ask for single ones. */
function valuesOf(parts: readonly Part[], field: Field): Ip[] {
  return parts.flatMap((part) =>
    part.kind === 'compare' &&
    !part.not &&
    part.left.kind === 'field' &&
    part.left.field === field &&
    'ranges' in part.values
      ? part.values.ranges.flatMap(({ low, high }) => (low === high ? [low] : []))
      : [],
  );
}
