import type { TableFamily, TableOrigin } from '../ruleset/ruleset.ts';

const IPTABLES_TABLES = new Set(['filter', 'nat', 'mangle', 'raw', 'security']);
const BUILT_IN = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']);

/** Whether iptables-nft wrote a table: it and its base chains have iptables' names. */
export function originOf(family: TableFamily, name: string, baseChains: readonly string[]): TableOrigin {
  const isOurs = (family === 'ip' || family === 'ip6') && IPTABLES_TABLES.has(name);
  return isOurs && baseChains.every((chain) => BUILT_IN.has(chain)) ? 'iptables-nft' : 'nftables';
}
