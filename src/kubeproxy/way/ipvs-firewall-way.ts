import { type Ip, formatIp } from '../../model/address.ts';
import { tableWith } from './iptables-way.ts';
import { keyOf, lacking, stray } from './ipvs-way.ts';
import {
  type NodeRules,
  type ProxyPlace,
  type Station,
  type WayClient,
  familyName,
  frontendWords,
  stationsOf,
} from './station.ts';

/** The chain that drops whom source ranges leave out. */
const WALL = 'KUBE-SOURCE-RANGES-FIREWALL';

/** The stations in IPVS mode where clients that source ranges leave out are turned away. *Source:* kubernetes v1.37 pkg/proxy/ipvs/proxier.go. */
export function ipvsFirewallWay(rules: NodeRules, { frontend }: WayClient): Station[] {
  const table = tableWith(rules, frontend, 'filter', 'KUBE-PROXY-FIREWALL');
  const at = stationsOf(familyName(frontend), 'filter', table);
  return [
    at('INPUT', 'INPUT does not jump to KUBE-PROXY-FIREWALL'),
    ...lacking(rules, frontend, 'LOAD-BALANCER-FW', keyOf(frontend), frontendWords(frontend)),
    at('KUBE-PROXY-FIREWALL', `does not lead to ${WALL}`),
    at(WALL, 'lets in whom no range names'),
  ];
}

/**
 * The set for which `chain` drops packets of a client that may come in: it lacks the client where the Service has source ranges, and it
 * should not name the frontend where it has none. Undefined for other chains, or where the sets are as they should be.
 */
export function ipvsWallAt(
  rules: NodeRules,
  { frontend }: WayClient,
  chain: string,
  source: Ip,
  hasRanges: boolean,
): ProxyPlace | undefined {
  if (chain !== WALL) return undefined;
  const key = keyOf(frontend);
  const text = frontendWords(frontend);
  const [station] = hasRanges
    ? lacking(rules, frontend, 'LOAD-BALANCER-SOURCE-CIDR', [...key, source], `${text} ${formatIp(source)}`)
    : stray(rules, frontend, 'LOAD-BALANCER-FW', key, text);
  return station?.at;
}
