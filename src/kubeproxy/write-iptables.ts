import { formatAddressPort, formatIp } from '../model/address.ts';
import { cidrContains, parseCidr } from '../model/cidr.ts';
import type { Endpoint } from '../model/frontend.ts';
import { endpointChain, serviceHash, servicePortName } from './names.ts';
import {
  type ProxyView,
  type ServicePortView,
  hasExternal,
  hasInternal,
  isExternallyAccessible,
  reachable,
} from './service-port.ts';

/** The rules of one table: chain → rules without their `-A CHAIN`, in order. */
type Chains = Map<string, string[]>;

/**
 * What kube-proxy in iptables mode writes for `ports` on `node`, in the form of iptables-save: its own chains and the
 * jumps from the built-in ones; nobody else's rules. The layout is that of v1.27 and later, always with comments.
 * *Source:* `syncProxyRules`, kubernetes v1.37 pkg/proxy/iptables/proxier.go.
 */
export function writeIptables(ports: readonly ServicePortView[], node: ProxyView): string {
  const nat: Chains = new Map();
  const filter: Chains = new Map();
  const mark = `0x${node.masqueradeMark.toString(16)}`;
  for (const chain of ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-MARK-MASQ', 'KUBE-POSTROUTING'])
    nat.set(chain, []);
  for (const chain of ['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-NODEPORTS', 'KUBE-PROXY-FIREWALL'])
    filter.set(chain, []);
  add(nat, 'KUBE-MARK-MASQ', `-j MARK --set-xmark ${mark}/${mark}`);
  add(nat, 'KUBE-POSTROUTING', `-m mark ! --mark ${mark}/${mark} -j RETURN`);
  add(nat, 'KUBE-POSTROUTING', `-j MARK --set-xmark ${mark}/0x0`);
  add(
    nat,
    'KUBE-POSTROUTING',
    '-m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
  );
  add(filter, 'KUBE-FORWARD', '-m conntrack --ctstate INVALID -j DROP');
  add(
    filter,
    'KUBE-FORWARD',
    `-m comment --comment "kubernetes forwarding rules" -m mark --mark ${mark}/${mark} -j ACCEPT`,
  );
  add(
    filter,
    'KUBE-FORWARD',
    '-m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  );
  for (const port of ports) writePort(nat, filter, port, node);
  writeNodePortJumps(nat, node);
  writeJumps(nat, filter);
  return [
    print('filter', ['INPUT', 'FORWARD', 'OUTPUT'], filter),
    print('nat', ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], nat),
  ].join('');
}

function add(chains: Chains, chain: string, rule: string): void {
  const rules = chains.get(chain);
  if (rules) rules.push(rule);
  else chains.set(chain, [rule]);
}

function writePort(nat: Chains, filter: Chains, view: ServicePortView, node: ProxyView): void {
  const name = servicePortName(view.service, view.portName);
  const hash = serviceHash(view.service, view.portName, view.protocol);
  const internal = `KUBE-${view.isInternalLocal ? 'SVL' : 'SVC'}-${hash}`;
  const isFirewalled = view.sourceRanges.length > 0 && view.loadBalancerIps.length > 0;
  const to = (address: string, port: number, comment: string): string =>
    `-d ${address} -p ${view.protocol} -m comment --comment "${name} ${comment}" -m ${view.protocol} --dport ${port}`;
  const cluster = host(view.clusterIp);
  if (hasInternal(view)) add(nat, 'KUBE-SERVICES', `${to(cluster, view.port, 'cluster IP')} -j ${internal}`);
  else refuse(filter, 'KUBE-SERVICES', view, to(cluster, view.port, noEndpoints(view)));
  for (const address of view.externalIps) {
    if (view.hasEndpoints)
      add(nat, 'KUBE-SERVICES', `${to(host(address), view.port, 'external IP')} -j KUBE-EXT-${hash}`);
  }
  for (const address of view.loadBalancerIps) {
    const target = isFirewalled ? `KUBE-FW-${hash}` : `KUBE-EXT-${hash}`;
    if (view.hasEndpoints)
      add(nat, 'KUBE-SERVICES', `${to(host(address), view.port, 'loadbalancer IP')} -j ${target}`);
    if (isFirewalled) {
      add(
        filter,
        'KUBE-PROXY-FIREWALL',
        `${to(host(address), view.port, `traffic not accepted by KUBE-FW-${hash}`)} -j DROP`,
      );
    }
  }
  for (const address of [...view.externalIps, ...view.loadBalancerIps]) {
    if (!hasExternal(view))
      refuse(filter, 'KUBE-EXTERNAL-SERVICES', view, to(host(address), view.port, noEndpoints(view)));
  }
  if (view.nodePort !== undefined) writeNodePort(nat, filter, view, hash, name);
  if (view.healthCheckNodePort !== undefined) {
    add(
      filter,
      'KUBE-NODEPORTS',
      `-p tcp -m comment --comment "${name} health check node port" -m tcp --dport ${view.healthCheckNodePort} -j ACCEPT`,
    );
  }
  if (view.hasEndpoints && isFirewalled) writeFirewall(nat, view, node, hash, name);
  if (view.hasEndpoints && isExternallyAccessible(view)) writeExternal(nat, view, node, hash, name);
  if (hasInternal(view)) {
    const notLocal = node.masqueradeAll ? '' : localMatch(node, true);
    if (notLocal !== undefined) {
      add(nat, internal, `${notLocal}${to(cluster, view.port, 'cluster IP')} -j KUBE-MARK-MASQ`);
    }
  }
  writeBalancing(nat, view, `KUBE-SVC-${hash}`, view.cluster, name);
  writeBalancing(nat, view, `KUBE-SVL-${hash}`, view.local, name);
  for (const endpoint of reachable(view)) writeEndpoint(nat, view, endpoint, name);
}

function noEndpoints(view: ServicePortView): string {
  return view.hasEndpoints ? 'has no local endpoints' : 'has no endpoints';
}

function refuse(filter: Chains, chain: string, view: ServicePortView, match: string): void {
  add(filter, chain, `${match} -j ${view.hasEndpoints ? 'DROP' : 'REJECT'}`);
}

function writeNodePort(nat: Chains, filter: Chains, view: ServicePortView, hash: string, name: string): void {
  const match = `-m ${view.protocol} --dport ${view.nodePort}`;
  if (view.hasEndpoints) {
    add(
      nat,
      'KUBE-NODEPORTS',
      `-p ${view.protocol} -m comment --comment "${name}" ${match} -j KUBE-EXT-${hash}`,
    );
  }
  if (!hasExternal(view)) {
    refuse(
      filter,
      'KUBE-EXTERNAL-SERVICES',
      view,
      `-p ${view.protocol} -m comment --comment "${name} ${noEndpoints(view)}" -m addrtype --dst-type LOCAL ${match}`,
    );
  }
}

function writeFirewall(
  nat: Chains,
  view: ServicePortView,
  node: ProxyView,
  hash: string,
  name: string,
): void {
  const chain = `KUBE-FW-${hash}`;
  const comment = `-m comment --comment "${name} loadbalancer IP"`;
  const cidrs = view.sourceRanges.flatMap((text) => parseCidr(text) ?? []);
  for (const range of view.sourceRanges) add(nat, chain, `-s ${range} ${comment} -j KUBE-EXT-${hash}`);
  if (cidrs.some((cidr) => node.nodeAddresses.some((address) => cidrContains(cidr, address)))) {
    for (const address of view.loadBalancerIps)
      add(nat, chain, `-s ${host(address)} ${comment} -j KUBE-EXT-${hash}`);
  }
  add(nat, chain, `-m comment --comment "other traffic to ${name} will be dropped by KUBE-PROXY-FIREWALL"`);
}

function writeExternal(
  nat: Chains,
  view: ServicePortView,
  node: ProxyView,
  hash: string,
  name: string,
): void {
  const chain = `KUBE-EXT-${hash}`;
  const say = (what: string): string => `-m comment --comment "${what} for ${name} external destinations"`;
  if (!view.isExternalLocal) {
    add(nat, chain, `${say('masquerade traffic')} -j KUBE-MARK-MASQ`);
    add(nat, chain, `-j KUBE-SVC-${hash}`);
    return;
  }
  const local = localMatch(node, false);
  if (local !== undefined) add(nat, chain, `${local}${say('pod traffic')} -j KUBE-SVC-${hash}`);
  add(nat, chain, `${say('masquerade LOCAL traffic')} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`);
  add(nat, chain, `${say('route LOCAL traffic')} -m addrtype --src-type LOCAL -j KUBE-SVC-${hash}`);
  if (view.local.length > 0) add(nat, chain, `-j KUBE-SVL-${hash}`);
}

/** The match for (not) local traffic with a space behind it; undefined where the node cannot tell. */
function localMatch(node: ProxyView, negate: boolean): string | undefined {
  if (node.local === undefined) return undefined;
  const not = negate ? '! ' : '';
  return 'cidr' in node.local ? `${not}-s ${node.local.cidr} ` : `${not}-i ${node.local.interface} `;
}

function writeBalancing(
  nat: Chains,
  view: ServicePortView,
  chain: string,
  endpoints: readonly Endpoint[],
  name: string,
): void {
  const arrow = (endpoint: Endpoint): string =>
    `-m comment --comment "${name} -> ${formatAddressPort(endpoint.address, endpoint.port)}"`;
  if (view.affinitySeconds !== undefined) {
    for (const endpoint of endpoints) {
      const target = chainOf(view, endpoint);
      add(
        nat,
        chain,
        `${arrow(endpoint)} -m recent --rcheck --seconds ${view.affinitySeconds} --reap --name ${target} --mask ${mask(endpoint)} --rsource -j ${target}`,
      );
    }
  }
  endpoints.forEach((endpoint, index) => {
    const rest = endpoints.length - index;
    const share = rest === 1 ? '' : ` -m statistic --mode random --probability ${(1 / rest).toFixed(11)}`;
    add(nat, chain, `${arrow(endpoint)}${share} -j ${chainOf(view, endpoint)}`);
  });
}

function writeEndpoint(nat: Chains, view: ServicePortView, endpoint: Endpoint, name: string): void {
  const chain = chainOf(view, endpoint);
  const set =
    view.affinitySeconds === undefined
      ? ''
      : ` -m recent --set --name ${chain} --mask ${mask(endpoint)} --rsource`;
  add(nat, chain, `-s ${host(endpoint.address)} -m comment --comment "${name}" -j KUBE-MARK-MASQ`);
  add(
    nat,
    chain,
    `-p ${view.protocol} -m comment --comment "${name}"${set} -m ${view.protocol} -j DNAT --to-destination ${formatAddressPort(endpoint.address, endpoint.port)}`,
  );
}

function chainOf(view: ServicePortView, endpoint: Endpoint): string {
  return endpointChain(view.service, view.portName, view.protocol, endpoint.address, endpoint.port);
}

function host(address: number | bigint): string {
  return `${formatIp(address)}/${typeof address === 'number' ? 32 : 128}`;
}

function mask({ address }: Endpoint): string {
  return typeof address === 'number' ? '255.255.255.255' : 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
}

function writeNodePortJumps(nat: Chains, node: ProxyView): void {
  const comment =
    '-m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain"';
  if (node.nodePortAddresses) {
    for (const address of node.nodePortAddresses)
      add(nat, 'KUBE-SERVICES', `-d ${host(address)} ${comment} -j KUBE-NODEPORTS`);
    return;
  }
  const except =
    node.family === 'IPv6' ? '! -d ::1/128 ' : node.allowsLocalhostNodePorts ? '' : '! -d 127.0.0.0/8 ';
  add(nat, 'KUBE-SERVICES', `${except}${comment} -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS`);
}

function writeJumps(nat: Chains, filter: Chains): void {
  const say = (what: string): string => `-m comment --comment "kubernetes ${what}"`;
  const fresh = '-m conntrack --ctstate NEW ';
  for (const chain of ['PREROUTING', 'OUTPUT']) add(nat, chain, `${say('service portals')} -j KUBE-SERVICES`);
  add(nat, 'POSTROUTING', `${say('postrouting rules')} -j KUBE-POSTROUTING`);
  for (const chain of ['INPUT', 'FORWARD', 'OUTPUT'])
    add(filter, chain, `${fresh}${say('load balancer firewall')} -j KUBE-PROXY-FIREWALL`);
  add(filter, 'INPUT', `${say('health check service ports')} -j KUBE-NODEPORTS`);
  add(filter, 'INPUT', `${fresh}${say('externally-visible service portals')} -j KUBE-EXTERNAL-SERVICES`);
  add(filter, 'FORWARD', `${say('forwarding rules')} -j KUBE-FORWARD`);
  for (const chain of ['FORWARD', 'OUTPUT'])
    add(filter, chain, `${fresh}${say('service portals')} -j KUBE-SERVICES`);
  add(filter, 'FORWARD', `${fresh}${say('externally-visible service portals')} -j KUBE-EXTERNAL-SERVICES`);
}

function print(table: string, builtIn: readonly string[], chains: Chains): string {
  const own = [...chains.keys()].filter((chain) => !builtIn.includes(chain)).sort();
  const lines = [
    `*${table}`,
    ...builtIn.map((chain) => `:${chain} ACCEPT [0:0]`),
    ...own.map((chain) => `:${chain} - [0:0]`),
  ];
  for (const chain of [...builtIn, ...own])
    for (const rule of chains.get(chain) ?? []) lines.push(`-A ${chain} ${rule}`);
  return `${lines.join('\n')}\nCOMMIT\n`;
}
