import type { Table } from '../../dataplane/ruleset/ruleset.ts';
import { formatAddressPort } from '../../model/address.ts';
import type { Endpoint, Frontend } from '../../model/frontend.ts';
import { protocolName } from '../../model/protocol.ts';
import { endpointChain, serviceHash } from '../names.ts';
import {
  type NodeRules,
  type Station,
  type WayClient,
  familyName,
  frontendWords,
  marks,
  stationsOf,
} from './station.ts';

/**
 * The chains of the table nat from the hook to the Service's balancing chain, and with `endpoint` to its own.
 * *Source:* kubernetes v1.24 to v1.37 pkg/proxy/iptables/proxier.go; KUBE-XLB until v1.23.
 */
export function iptablesWay(rules: NodeRules, client: WayClient, endpoint?: Endpoint): Station[] {
  const { frontend, isOwn } = client;
  const table = tableWith(rules, frontend, 'nat', 'KUBE-SERVICES');
  const at = stationsOf(familyName(frontend), 'nat', table);
  if (!table?.chains.has('KUBE-SERVICES'))
    return [{ at: at('KUBE-SERVICES', 'no chain KUBE-SERVICES').at, isBroken: true }];
  const base = isOwn ? 'OUTPUT' : 'PREROUTING';
  const isNodePort = frontend.kind === 'nodePort';
  const noRule = `no rule for ${frontendWords(frontend)}`;
  const stations = [
    at(base, `${base} does not jump to KUBE-SERVICES`),
    at('KUBE-SERVICES', isNodePort ? 'no jump to KUBE-NODEPORTS' : noRule),
    ...(isNodePort ? [at('KUBE-NODEPORTS', noRule)] : []),
  ];
  const chains = serviceChains(table, client);
  chains.forEach((chain, index) => {
    const next = chains[index + 1];
    const own = endpoint && endpointChainOf(frontend, endpoint);
    const text = endpoint && formatAddressPort(endpoint.address, endpoint.port);
    const balances = own ? `no branch to ${own} (${text})` : 'does not take every client';
    stations.push(at(chain, next ? `does not lead this client to ${next}` : balances));
    if (next === undefined && own) stations.push(at(own, `does not translate to ${text}`));
  });
  return stations;
}

/** As `iptablesWay`, on to the rules that replace the source; `self` is the endpoint that reaches itself. */
export function iptablesMarkWay(rules: NodeRules, client: WayClient, self?: Endpoint): Station[] {
  const { frontend, mark } = client;
  const table = tableWith(rules, frontend, 'nat', 'KUBE-SERVICES');
  const at = stationsOf(familyName(frontend), 'nat', table);
  const way = iptablesWay(rules, client, self);
  const external = way.findIndex(({ at: { chain } }) => /^KUBE-(EXT|XLB)-/.test(chain));
  const isLocal = frontend.kind !== 'clusterIP' && self === undefined && external >= 0;
  const before = isLocal ? way.slice(0, external + 1) : way;
  const last = before.at(-1);
  const marker = last && { ...last, at: { ...last.at, rule: 'does not mark packets for masquerading' } };
  return [
    ...before.slice(0, -1),
    ...(marker ? [marker] : []),
    at('KUBE-MARK-MASQ', 'does not mark', { isBroken: !marks(table?.chains.get('KUBE-MARK-MASQ'), mark) }),
    ...postroutingStations(rules, frontend),
  ];
}

/** The stations that masquerade what is marked. */
export function postroutingStations(rules: NodeRules, frontend: Frontend): Station[] {
  const at = stationsOf(familyName(frontend), 'nat', tableWith(rules, frontend, 'nat', 'KUBE-POSTROUTING'));
  return [
    at('POSTROUTING', 'POSTROUTING does not jump to KUBE-POSTROUTING'),
    at('KUBE-POSTROUTING', 'does not masquerade what is marked'),
  ];
}

/** The stations of the table filter where clients are turned away; with `bySource` those that source ranges leave out. */
export function iptablesDenialWay(
  rules: NodeRules,
  { frontend, isOwn }: WayClient,
  bySource: boolean,
): Station[] {
  const chain = bySource
    ? 'KUBE-PROXY-FIREWALL'
    : frontend.kind === 'clusterIP'
      ? 'KUBE-SERVICES'
      : 'KUBE-EXTERNAL-SERVICES';
  const at = stationsOf(familyName(frontend), 'filter', tableWith(rules, frontend, 'filter', chain));
  const base = frontend.kind === 'nodePort' ? 'INPUT' : isOwn ? 'OUTPUT' : 'FORWARD';
  return [at(base, `${base} does not jump to ${chain}`), at(chain, `no rule for ${frontendWords(frontend)}`)];
}

function serviceChains({ chains }: Table, { frontend, takesLocal }: WayClient): string[] {
  const { service, portName, protocol, kind } = frontend;
  const hash = serviceHash(service, portName, protocolName(protocol));
  const known = (name: string): string[] =>
    chains.has(`KUBE-${name}-${hash}`) ? [`KUBE-${name}-${hash}`] : [];
  const firewall = kind === 'loadBalancerIP' ? known('FW') : [];
  const external = kind === 'clusterIP' ? [] : known('EXT');
  const older = kind === 'clusterIP' || external.length > 0 || !takesLocal ? [] : known('XLB');
  const balancing = older.length > 0 ? [] : [`KUBE-${takesLocal ? 'SVL' : 'SVC'}-${hash}`];
  return [...firewall, ...external, ...older, ...balancing];
}

function endpointChainOf({ service, portName, protocol }: Frontend, { address, port }: Endpoint): string {
  return endpointChain(service, portName, protocolName(protocol), address, port);
}

/** The table of a frontend's family that fills `chain`, or has it; any of that name where none does. */
export function tableWith(
  { tables }: NodeRules,
  frontend: Frontend,
  name: string,
  chain: string,
): Table | undefined {
  const family = familyName(frontend);
  const own = tables.filter((table) => table.family === family && table.name === name);
  return (
    own.find(({ chains }) => (chains.get(chain)?.rules.length ?? 0) > 0) ??
    own.find(({ chains }) => chains.has(chain)) ??
    own[0]
  );
}
