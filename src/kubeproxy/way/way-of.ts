import type { Endpoint, Frontend } from '../../model/frontend.ts';
import type { ProxyMode } from '../../world/kube-proxy-state.ts';
import { iptablesDenialWay, iptablesMarkWay, iptablesWay } from './iptables-way.ts';
import { ipvsFirewallWay } from './ipvs-firewall-way.ts';
import { ipvsKeepWay, ipvsMarker, ipvsMarkWay, ipvsWay } from './ipvs-way.ts';
import { nftablesDenialWay, nftablesMarkWay, nftablesWay } from './nftables-way.ts';
import type { NodeRules, Station, WayClient } from './station.ts';

/** The stations of the way that kube-proxy makes for packets of `client` to the Service, and with `endpoint` to that one. */
export function wayTo(rules: NodeRules, mode: ProxyMode, client: WayClient, endpoint?: Endpoint): Station[] {
  const way = { iptables: iptablesWay, nftables: nftablesWay, ipvs: ipvsWay }[mode];
  return way(rules, client, endpoint);
}

/** The stations up to where the source is replaced; `self` where the client is the endpoint itself. */
export function markWay(rules: NodeRules, mode: ProxyMode, client: WayClient, self?: Endpoint): Station[] {
  const way = { iptables: iptablesMarkWay, nftables: nftablesMarkWay, ipvs: ipvsMarkWay }[mode];
  return way(rules, client, self);
}

/** The stations of a way on which the source is kept. */
export function keepWay(rules: NodeRules, mode: ProxyMode, client: WayClient): Station[] {
  return mode === 'ipvs' ? ipvsKeepWay(rules, client) : wayTo(rules, mode, client);
}

/** Whether packets to `frontend` may be marked in `chain`. */
export function mayMark(mode: ProxyMode, frontend: Frontend, chain: string): boolean {
  return mode !== 'ipvs' || chain === 'KUBE-SERVICES' || chain === ipvsMarker(frontend);
}

/** The stations where clients are turned away, by their source or because there is nobody for them, which in IPVS mode its servers do. */
export function denialWay(
  rules: NodeRules,
  mode: ProxyMode,
  client: WayClient,
  bySource: boolean,
): Station[] {
  if (mode === 'ipvs') return bySource ? ipvsFirewallWay(rules, client) : ipvsWay(rules, client);
  return (mode === 'nftables' ? nftablesDenialWay : iptablesDenialWay)(rules, client, bySource);
}
