import { must } from '../machine/run.ts';
import {
  type LabNode,
  type LabShape,
  type Layout,
  layoutsOf,
  managementAddress,
  managementBridge,
} from './layout.ts';

function member(name: string, addresses: readonly string[], lines: readonly string[]): string[] {
  return [
    `ip netns add ${name}`,
    `ip link add p-${name} type veth peer name eth0 netns ${name}`,
    `ip link set p-${name} master br-lab up`,
    `ip -n ${name} link set lo up`,
    ...[...new Set(addresses)].map((address) => `ip -n ${name} addr add ${onWire(address)} dev eth0`),
    `ip -n ${name} link set eth0 up`,
    ...lines,
  ];
}

function onWire(address: string): string {
  return address.includes(':') ? `${address}/64 nodad` : `${address}/24`;
}

function at(node: string, command: string): string {
  return `nsenter --net=/run/netns/${node} ${command}`;
}

/**
 * Joins the control plane, the nodes and a client outside by one bridge, and gives every node what flannel in host-gw mode gives:
 * routes to the other pod ranges, a masquerade for pods that leave the cluster, accepts for pod traffic.
 */
export async function layWire(shape: LabShape, nodes: readonly LabNode[]): Promise<void> {
  const layouts = layoutsOf(shape);
  const bridges = new Set([managementBridge, ...layouts.map((l) => l.bridge)]);
  const lines = [
    'ip link set lo up',
    'ip link add br-lab type bridge',
    ...[...bridges].map((address) => `ip addr add ${onWire(address)} dev br-lab`),
    'ip link set br-lab up',
  ];
  lines.push('sysctl -qw net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0');
  const servers = [managementAddress, ...layouts.map((l) => l.controlPlane)];
  const toAll = layouts.map(({ ip }) => at('lab-cp', `${ip} route add default dev eth0`));
  lines.push(...member('lab-cp', servers, toAll));
  const byFirst = layouts.map(({ ip, loadBalancer }, i) =>
    at('ext', `${ip} route add ${loadBalancer} via ${nodes[0]?.addresses[i] ?? ''}`),
  );
  lines.push(
    ...member(
      'ext',
      layouts.map((l) => l.outside),
      byFirst,
    ),
  );
  for (const node of nodes) {
    lines.push(...member(node.name, node.addresses, nodeLines(node, nodes, layouts)));
  }
  await must(['sh', '-e', '-c', lines.join('\n')]);
}

function nodeLines(
  node: LabNode,
  nodes: readonly LabNode[],
  layouts: readonly [Layout, ...Layout[]],
): string[] {
  const others = nodes.filter((n) => n.name !== node.name);
  const sysctls = [
    'net.ipv4.ip_forward=1',
    'net.ipv4.icmp_ratelimit=0',
    'net.ipv4.conf.all.rp_filter=0',
    'net.ipv4.conf.default.rp_filter=0',
    'net.bridge.bridge-nf-call-iptables=1',
    'net.bridge.bridge-nf-call-ip6tables=1',
    ...(layouts.some(({ nft }) => nft === 'ip6')
      ? ['net.ipv6.conf.all.forwarding=1', 'net.ipv6.icmp.ratelimit=0']
      : []),
  ];
  return [
    at(node.name, `sysctl -qw ${sysctls.join(' ')}`),
    ...layouts.flatMap(({ ip, controlPlane }, i) => [
      at(node.name, `${ip} route add default via ${controlPlane}`),
      ...others.map((o) => at(node.name, `${ip} route add ${o.podCidrs[i]} via ${o.addresses[i]}`)),
    ]),
    at(node.name, `${layouts[0].iptables}-restore -n <<'RULES'\n${flannelRules(layouts[0])}RULES`),
  ];
}

/** The rules that flannel writes for pod traffic of one family. */
export function flannelRules({ clusterCidr: pods, multicast }: Layout): string {
  return `*filter
:FLANNEL-FWD - [0:0]
-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
-A FLANNEL-FWD -s ${pods} -m comment --comment "flanneld forward" -j ACCEPT
-A FLANNEL-FWD -d ${pods} -m comment --comment "flanneld forward" -j ACCEPT
COMMIT
*nat
:FLANNEL-POSTRTG - [0:0]
-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s ${pods} -d ${pods} -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s ${pods} ! -d ${multicast} -m comment --comment "flanneld masq" -j MASQUERADE --random-fully
COMMIT
`;
}
