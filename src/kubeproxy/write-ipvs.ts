import { type Ip, formatAddressPort, formatIp } from '../model/address.ts';
import { cidrContains, parseCidr } from '../model/cidr.ts';
import type { Endpoint } from '../model/frontend.ts';
import { type ProxyView, type ServicePortView, reachable } from './service-port.ts';

/** What kube-proxy in IPVS mode puts into a node's kernel. */
export interface IpvsState {
  /** As `ipvsadm-save -n` prints it. */
  readonly ipvsadm: string;
  /** As `ipset save` prints it. */
  readonly ipset: string;
  /** The addresses on kube-ipvs0. */
  readonly addresses: readonly Ip[];
}

/** Set name → type and members. */
type Sets = Map<string, { readonly type: string; readonly members: Set<string> }>;

const SET_TYPES = {
  'LOOP-BACK': 'hash:ip,port,ip',
  'CLUSTER-IP': 'hash:ip,port',
  'EXTERNAL-IP': 'hash:ip,port',
  'EXTERNAL-IP-LOCAL': 'hash:ip,port',
  'LOAD-BALANCER': 'hash:ip,port',
  'LOAD-BALANCER-LOCAL': 'hash:ip,port',
  'LOAD-BALANCER-FW': 'hash:ip,port',
  'LOAD-BALANCER-SOURCE-CIDR': 'hash:ip,port,net',
  'LOAD-BALANCER-SOURCE-IP': 'hash:ip,port,ip',
  'NODE-PORT-TCP': 'bitmap:port',
  'NODE-PORT-UDP': 'bitmap:port',
  'NODE-PORT-LOCAL-TCP': 'bitmap:port',
  'NODE-PORT-LOCAL-UDP': 'bitmap:port',
  'NODE-PORT-SCTP-HASH': 'hash:ip,port',
  'NODE-PORT-LOCAL-SCTP-HASH': 'hash:ip,port',
  'HEALTH-CHECK-NODE-PORT': 'bitmap:port',
  'IPVS-IPS': 'hash:ip',
} as const;

type SetName = keyof typeof SET_TYPES;

/**
 * The virtual servers, sets and addresses of kube-proxy in IPVS mode for `ports` on `node`; the iptables rules around
 * them do not depend on the Services. *Source:* `syncProxyRules`, kubernetes v1.37 pkg/proxy/ipvs/proxier.go.
 */
export function writeIpvs(ports: readonly ServicePortView[], node: ProxyView, scheduler: string): IpvsState {
  const prefix = node.family === 'IPv4' ? 'KUBE-' : 'KUBE-6-';
  const sets: Sets = new Map(
    Object.entries(SET_TYPES).map(([name, type]) => [
      `${prefix}${name}`,
      { type, members: new Set<string>() },
    ]),
  );
  const put = (name: SetName, member: string): void => void sets.get(`${prefix}${name}`)?.members.add(member);
  const servers: string[] = [];
  const addresses = new Map<string, Ip>();
  for (const view of ports) {
    const internal = view.isInternalLocal && view.local.length > 0 ? view.local : view.cluster;
    const external = view.isExternalLocal && view.local.length > 0 ? view.local : view.cluster;
    const serve = (address: Ip, port: number, to: readonly Endpoint[]): number =>
      servers.push(...virtualServer(view, address, port, to, scheduler));
    const bind = (address: Ip): unknown => addresses.set(formatIp(address), address);
    serve(view.clusterIp, view.port, internal);
    bind(view.clusterIp);
    for (const address of [...view.externalIps, ...view.loadBalancerIps]) {
      serve(address, view.port, external);
      bind(address);
    }
    if (view.nodePort !== undefined)
      for (const address of nodePortAddresses(node)) serve(address, view.nodePort, external);
    fillSets(put, view, node);
  }
  for (const address of addresses.keys()) put('IPVS-IPS', address);
  return {
    ipvsadm: `${servers.join('\n')}\n`,
    ipset: printSets(sets, node),
    addresses: [...addresses.values()],
  };
}

function nodePortAddresses(node: ProxyView): readonly Ip[] {
  return node.nodePortAddresses ?? node.nodeAddresses;
}

function virtualServer(
  view: ServicePortView,
  address: Ip,
  port: number,
  to: readonly Endpoint[],
  scheduler: string,
): string[] {
  const kind = { tcp: '-t', udp: '-u' }[view.protocol] ?? '--sctp-service';
  const key = `${kind} ${formatAddressPort(address, port)}`;
  const persistent = view.affinitySeconds === undefined ? '' : ` -p ${view.affinitySeconds}`;
  return [
    `-A ${key} -s ${scheduler}${persistent}`,
    ...to.map((endpoint) => `-a ${key} -r ${formatAddressPort(endpoint.address, endpoint.port)} -m -w 1`),
  ];
}

function fillSets(
  put: (name: SetName, member: string) => void,
  view: ServicePortView,
  node: ProxyView,
): void {
  const at = (address: Ip): string => `${formatIp(address)},${view.protocol}:${view.port}`;
  put('CLUSTER-IP', at(view.clusterIp));
  for (const address of view.externalIps)
    put(view.isExternalLocal ? 'EXTERNAL-IP-LOCAL' : 'EXTERNAL-IP', at(address));
  for (const address of view.loadBalancerIps) {
    put('LOAD-BALANCER', at(address));
    if (view.isExternalLocal) put('LOAD-BALANCER-LOCAL', at(address));
    if (view.sourceRanges.length > 0) fillFirewall(put, view, node, address, at(address));
  }
  for (const endpoint of reachable(view)) {
    if (endpoint.node !== node.node) continue;
    const ip = formatIp(endpoint.address);
    put('LOOP-BACK', `${ip},${view.protocol}:${endpoint.port},${ip}`);
  }
  if (view.healthCheckNodePort !== undefined) put('HEALTH-CHECK-NODE-PORT', String(view.healthCheckNodePort));
  if (view.nodePort !== undefined) fillNodePort(put, view, node, view.nodePort);
}

function fillFirewall(
  put: (name: SetName, member: string) => void,
  view: ServicePortView,
  node: ProxyView,
  address: Ip,
  at: string,
): void {
  put('LOAD-BALANCER-FW', at);
  for (const range of view.sourceRanges) put('LOAD-BALANCER-SOURCE-CIDR', `${at},${range}`);
  const ranges = view.sourceRanges.flatMap((text) => parseCidr(text) ?? []);
  if (ranges.some((range) => node.nodeAddresses.some((own) => cidrContains(range, own)))) {
    put('LOAD-BALANCER-SOURCE-IP', `${at},${formatIp(address)}`);
  }
}

function fillNodePort(
  put: (name: SetName, member: string) => void,
  view: ServicePortView,
  node: ProxyView,
  nodePort: number,
): void {
  if (view.protocol === 'sctp') {
    for (const address of nodePortAddresses(node)) {
      put('NODE-PORT-SCTP-HASH', `${formatIp(address)},sctp:${nodePort}`);
      if (view.isExternalLocal) put('NODE-PORT-LOCAL-SCTP-HASH', `${formatIp(address)},sctp:${nodePort}`);
    }
    return;
  }
  const isTcp = view.protocol === 'tcp';
  put(isTcp ? 'NODE-PORT-TCP' : 'NODE-PORT-UDP', String(nodePort));
  if (view.isExternalLocal) put(isTcp ? 'NODE-PORT-LOCAL-TCP' : 'NODE-PORT-LOCAL-UDP', String(nodePort));
}

function printSets(sets: Sets, node: ProxyView): string {
  const family = node.family === 'IPv4' ? 'inet' : 'inet6';
  const lines: string[] = [];
  for (const [name, { type, members }] of sets) {
    lines.push(
      type === 'bitmap:port'
        ? `create ${name} bitmap:port range 0-65535`
        : `create ${name} ${type} family ${family} hashsize 1024 maxelem 65536`,
    );
    for (const member of members) lines.push(`add ${name} ${member}`);
  }
  return `${lines.join('\n')}\n`;
}
