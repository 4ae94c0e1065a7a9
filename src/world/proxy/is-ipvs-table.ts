import type { Table } from '../../dataplane/ruleset/ruleset.ts';

/** More than kube-proxy in IPVS mode writes to KUBE-SERVICES: there a set stands for all Services. */
const MOST = 64;

/** Whether KUBE-SERVICES of the nat table `table` is the one of IPVS mode. *Source:* kubernetes pkg/proxy/ipvs/proxier.go. */
export function isIpvsTable(table: Table): boolean {
  const rules = table.chains.get('KUBE-SERVICES')?.rules;
  if (rules === undefined || rules.length > MOST) return false;
  for (let index = 0; index < rules.length; index++)
    if (rules.at(index).parts.some((part) => part.kind === 'lookup' && part.ipset)) return true;
  return false;
}
