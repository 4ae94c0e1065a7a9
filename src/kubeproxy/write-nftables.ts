import { formatAddressPort, formatIp } from '../model/address.ts';
import { cidrContains, parseCidr } from '../model/cidr.ts';
import type { Endpoint } from '../model/frontend.ts';
import { nftEndpointBase, nftServiceBase, servicePortName } from './names.ts';
import {
  type ProxyView,
  type ServicePortView,
  hasExternal,
  hasInternal,
  isExternallyAccessible,
  reachable,
} from './service-port.ts';

/** The table as it grows: declarations first, then rules, then elements, each a line of `nft -f`. */
interface Draft {
  readonly declarations: string[];
  readonly rules: string[];
  readonly elements: string[];
}

/**
 * What kube-proxy in nftables mode writes for `ports` on `node`: the table `kube-proxy` as `nft -f` commands, in the
 * layout of v1.37. *Source:* `syncProxyRules`, kubernetes v1.37 pkg/proxy/nftables/proxier.go.
 */
export function writeNftables(ports: readonly ServicePortView[], node: ProxyView): string {
  const family = node.family === 'IPv4' ? 'ip' : 'ip6';
  const table = `${family} kube-proxy`;
  const draft: Draft = { declarations: [], rules: [], elements: [] };
  draft.declarations.push(`add table ${table} { comment "rules for kube-proxy" ; }`);
  writeSkeleton(draft, table, node);
  for (const port of ports) writePort(draft, table, family, port, node);
  return `${[...draft.declarations, ...draft.rules, ...draft.elements].join('\n')}\n`;
}

function writeSkeleton(draft: Draft, table: string, node: ProxyView): void {
  const ip = node.family === 'IPv4' ? 'ip' : 'ip6';
  const type = `${node.family === 'IPv4' ? 'ipv4' : 'ipv6'}_addr`;
  const loopback = node.family === 'IPv4' ? '127.0.0.0/8' : '::1';
  const mark = `0x${node.masqueradeMark.toString(16)}`;
  const triple = `${type} . inet_proto . inet_service`;
  const { declarations, rules } = draft;
  const chain = (name: string, base?: string): number =>
    declarations.push(base ? `add chain ${table} ${name} { ${base} ; }` : `add chain ${table} ${name}`);
  const rule = (name: string, text: string): number => rules.push(`add rule ${table} ${name} ${text}`);
  declarations.push(`add set ${table} cluster-ips { type ${type} ; }`);
  declarations.push(`add set ${table} hairpin-connections { type ${type} . ${triple} ; }`);
  if (node.nodePortAddresses) {
    declarations.push(`add set ${table} nodeport-ips { type ${type} ; }`);
    for (const address of node.nodePortAddresses)
      draft.elements.push(`add element ${table} nodeport-ips { ${formatIp(address)} }`);
  }
  for (const map of ['no-endpoint-services', 'firewall-ips', 'service-ips'])
    declarations.push(`add map ${table} ${map} { type ${triple} : verdict ; }`);
  for (const map of ['no-endpoint-nodeports', 'service-nodeports']) {
    declarations.push(`add map ${table} ${map} { type inet_proto . inet_service : verdict ; }`);
  }
  for (const [name, hook, priority, type] of BASE_CHAINS)
    chain(name, `type ${type} hook ${hook} priority ${priority}`);
  for (const name of [
    'services',
    'masquerading',
    'firewall-check',
    'service-endpoints-check',
    'nodeport-endpoints-check',
    'cluster-ips-check',
    'reject-chain',
  ])
    chain(name);
  const key = `${ip} daddr . meta l4proto . th dport`;
  const nodePorts = node.nodePortAddresses
    ? `${ip} daddr @nodeport-ips`
    : `fib daddr type local ${ip} daddr != ${loopback}`;
  const noNodePorts = node.nodePortAddresses ? `${ip} daddr @nodeport-ips` : `${ip} daddr != ${loopback}`;
  for (const [name, target] of HOOK_JUMPS) rule(name, target);
  rule('reject-chain', 'reject');
  const notLocal = node.masqueradeAll ? '' : localMatch(node, ip, true);
  if (notLocal !== undefined)
    rule('services', `${ip} daddr @cluster-ips ${notLocal}meta mark set mark or ${mark}`);
  rule('services', `${key} vmap @service-ips`);
  rule('services', `${nodePorts} meta l4proto . th dport vmap @service-nodeports`);
  rule('masquerading', `meta mark and ${mark} != 0 meta mark set mark xor ${mark} masquerade fully-random`);
  rule(
    'masquerading',
    `ct status dnat ${ip} saddr . ${ip} daddr . meta l4proto . th dport @hairpin-connections masquerade fully-random`,
  );
  rule('firewall-check', `${key} vmap @firewall-ips`);
  rule('service-endpoints-check', `${key} vmap @no-endpoint-services`);
  rule('nodeport-endpoints-check', `${noNodePorts} meta l4proto . th dport vmap @no-endpoint-nodeports`);
  rule('cluster-ips-check', `${ip} daddr @cluster-ips reject`);
  if (node.serviceCidrs.length > 0)
    rule('cluster-ips-check', `${ip} daddr { ${node.serviceCidrs.join(', ')} } drop`);
}

const BASE_CHAINS = [
  ['filter-prerouting-pre-dnat', 'prerouting', -110, 'filter'],
  ['filter-output-pre-dnat', 'output', -110, 'filter'],
  ['filter-input', 'input', 0, 'filter'],
  ['filter-forward', 'forward', 0, 'filter'],
  ['filter-output', 'output', 0, 'filter'],
  ['nat-prerouting', 'prerouting', -100, 'nat'],
  ['nat-output', 'output', -100, 'nat'],
  ['nat-postrouting', 'postrouting', 100, 'nat'],
] as const;

const HOOK_JUMPS = [
  ['filter-prerouting-pre-dnat', 'ct state new jump firewall-check'],
  ['filter-output-pre-dnat', 'ct state new jump firewall-check'],
  ['filter-input', 'ct state new jump nodeport-endpoints-check'],
  ['filter-input', 'ct state new jump service-endpoints-check'],
  ['filter-forward', 'ct state new jump service-endpoints-check'],
  ['filter-forward', 'ct state new jump cluster-ips-check'],
  ['filter-output', 'ct state new jump service-endpoints-check'],
  ['filter-output', 'ct state new jump cluster-ips-check'],
  ['nat-prerouting', 'jump services'],
  ['nat-output', 'jump services'],
  ['nat-postrouting', 'jump masquerading'],
] as const;

function localMatch(node: ProxyView, ip: string, negate: boolean): string | undefined {
  if (node.local === undefined) return undefined;
  const not = negate ? '!= ' : '';
  return 'cidr' in node.local
    ? `${ip} saddr ${not}${node.local.cidr} `
    : `iifname ${not}"${node.local.interface.replace(/\+$/, '*')}" `;
}

function writePort(draft: Draft, table: string, ip: string, view: ServicePortView, node: ProxyView): void {
  const base = nftServiceBase(view.service, view.portName, view.protocol);
  const element = (map: string, text: string): number =>
    draft.elements.push(`add element ${table} ${map} { ${text} }`);
  const comment = `comment "${servicePortName(view.service, view.portName).slice(0, 128)}"`;
  const key = (address: number | bigint): string => `${formatIp(address)} . ${view.protocol} . ${view.port}`;
  const verdict = view.hasEndpoints ? 'drop' : 'goto reject-chain';
  const externals = [...view.externalIps, ...view.loadBalancerIps];
  element('cluster-ips', formatIp(view.clusterIp));
  if (hasInternal(view))
    element(
      'service-ips',
      `${key(view.clusterIp)} : goto ${view.isInternalLocal ? 'local' : 'service'}-${base}`,
    );
  else element('no-endpoint-services', `${key(view.clusterIp)} ${comment} : ${verdict}`);
  for (const address of externals) {
    if (view.hasEndpoints) element('service-ips', `${key(address)} : goto external-${base}`);
    if (!hasExternal(view)) element('no-endpoint-services', `${key(address)} ${comment} : ${verdict}`);
  }
  if (view.nodePort !== undefined) {
    const nodePort = `${view.protocol} . ${view.nodePort}`;
    if (view.hasEndpoints) element('service-nodeports', `${nodePort} : goto external-${base}`);
    if (!hasExternal(view)) element('no-endpoint-nodeports', `${nodePort} ${comment} : ${verdict}`);
  }
  if (view.sourceRanges.length > 0 && view.loadBalancerIps.length > 0)
    writeFirewall(draft, table, ip, base, view, node);
  if (view.hasEndpoints && isExternallyAccessible(view)) writeExternal(draft, table, ip, base, view, node);
  writeBalancing(draft, table, ip, `service-${base}`, view, view.cluster);
  writeBalancing(draft, table, ip, `local-${base}`, view, view.local);
  for (const endpoint of reachable(view)) writeEndpoint(draft, table, ip, view, endpoint, node);
}

function writeFirewall(
  draft: Draft,
  table: string,
  ip: string,
  base: string,
  view: ServicePortView,
  node: ProxyView,
): void {
  const cidrs = view.sourceRanges.flatMap((text) => parseCidr(text) ?? []);
  const holdsNode = cidrs.some((cidr) => node.nodeAddresses.some((address) => cidrContains(cidr, address)));
  const allowed = [...view.sourceRanges, ...(holdsNode ? view.loadBalancerIps.map(formatIp) : [])];
  draft.declarations.push(`add chain ${table} firewall-${base}`);
  draft.rules.push(`add rule ${table} firewall-${base} ${ip} saddr != { ${allowed.join(', ')} } drop`);
  for (const address of view.loadBalancerIps) {
    draft.elements.push(
      `add element ${table} firewall-ips { ${formatIp(address)} . ${view.protocol} . ${view.port} : goto firewall-${base} }`,
    );
  }
}

function writeExternal(
  draft: Draft,
  table: string,
  ip: string,
  base: string,
  view: ServicePortView,
  node: ProxyView,
): void {
  const chain = `external-${base}`;
  const mark = `meta mark set mark or 0x${node.masqueradeMark.toString(16)}`;
  const rule = (text: string): number => draft.rules.push(`add rule ${table} ${chain} ${text}`);
  draft.declarations.push(`add chain ${table} ${chain}`);
  if (!view.isExternalLocal) {
    rule(mark);
    rule(`goto service-${base}`);
    return;
  }
  const local = localMatch(node, ip, false);
  if (local !== undefined) rule(`${local}goto service-${base} comment "short-circuit pod traffic"`);
  rule(`fib saddr type local ${mark} comment "masquerade local traffic"`);
  rule(`fib saddr type local goto service-${base} comment "short-circuit local traffic"`);
  if (view.local.length > 0) rule(`goto local-${base}`);
}

function writeBalancing(
  draft: Draft,
  table: string,
  ip: string,
  chain: string,
  view: ServicePortView,
  endpoints: readonly Endpoint[],
): void {
  if (endpoints.length === 0) return;
  const rule = (text: string): number => draft.rules.push(`add rule ${table} ${chain} ${text}`);
  const name = (endpoint: Endpoint): string =>
    nftEndpointBase(view.service, view.portName, view.protocol, endpoint.address, endpoint.port);
  draft.declarations.push(`add chain ${table} ${chain}`);
  if (view.affinitySeconds !== undefined) {
    for (const endpoint of endpoints)
      rule(`${ip} saddr @affinity-${name(endpoint)} goto endpoint-${name(endpoint)}`);
    const targets = endpoints.map((endpoint, index) => `${index} : goto endpoint-${name(endpoint)}`);
    rule(`numgen random mod ${endpoints.length} vmap { ${targets.join(' , ')} }`);
    return;
  }
  const [only] = endpoints;
  if (endpoints.length === 1 && only) {
    rule(`meta l4proto ${view.protocol} dnat to ${formatAddressPort(only.address, only.port)}`);
    return;
  }
  const targets = endpoints.map(({ address, port }, index) => `${index} : ${formatIp(address)} . ${port}`);
  rule(
    `meta l4proto ${view.protocol} dnat ${ip} addr . port to numgen random mod ${endpoints.length} map { ${targets.join(' , ')} }`,
  );
}

function writeEndpoint(
  draft: Draft,
  table: string,
  ip: string,
  view: ServicePortView,
  endpoint: Endpoint,
  node: ProxyView,
): void {
  const address = formatIp(endpoint.address);
  if (endpoint.node === node.node) {
    draft.elements.push(
      `add element ${table} hairpin-connections { ${address} . ${address} . ${view.protocol} . ${endpoint.port} }`,
    );
  }
  if (view.affinitySeconds === undefined) return;
  const base = nftEndpointBase(view.service, view.portName, view.protocol, endpoint.address, endpoint.port);
  const type = `${node.family === 'IPv4' ? 'ipv4' : 'ipv6'}_addr`;
  draft.declarations.push(
    `add set ${table} affinity-${base} { type ${type} ; flags dynamic,timeout ; timeout ${view.affinitySeconds}s ; }`,
    `add chain ${table} endpoint-${base}`,
  );
  draft.rules.push(
    `add rule ${table} endpoint-${base} update @affinity-${base} { ${ip} saddr }`,
    `add rule ${table} endpoint-${base} meta l4proto ${view.protocol} dnat to ${formatAddressPort(endpoint.address, endpoint.port)}`,
  );
}
