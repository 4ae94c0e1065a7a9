import { must } from '../machine/run.ts';
import { layout, type LabNode, type LabShape } from './layout.ts';

function member(name: string, address: string, lines: readonly string[]): string[] {
  return [
    `ip netns add ${name}`,
    `ip link add p-${name} type veth peer name eth0 netns ${name}`,
    `ip link set p-${name} master br-lab up`,
    `ip -n ${name} link set lo up`,
    `ip -n ${name} addr add ${address}/24 dev eth0`,
    `ip -n ${name} link set eth0 up`,
    ...lines,
  ];
}

function at(node: string, command: string): string {
  return `nsenter --net=/run/netns/${node} ${command}`;
}

/**
 * Joins the control plane, the nodes and a client outside by one bridge, and gives every node what flannel in host-gw mode gives:
 * routes to the other pod ranges, a masquerade for pods that leave the cluster, accepts for pod traffic.
 */
export async function layWire(shape: LabShape, nodes: readonly LabNode[]): Promise<void> {
  const dual = shape.family === 'dual';
  const lines = [
    'ip link set lo up',
    'ip link add br-lab type bridge',
    'ip addr add 192.168.90.254/24 dev br-lab',
    'ip link set br-lab up',
  ];
  lines.push('sysctl -qw net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0');
  lines.push(...member('lab-cp', layout.controlPlane, [at('lab-cp', 'ip route add default dev eth0')]));
  if (dual) lines.push(at('lab-cp', `ip -6 addr add ${layout.controlPlane6}/64 dev eth0 nodad`));
  lines.push(...member('ext', layout.outside, []));
  const first = nodes[0]?.address ?? '';
  lines.push(at('ext', `ip route add ${layout.loadBalancer}/32 via ${first}`));
  for (const node of nodes) {
    lines.push(...member(node.name, node.address, nodeLines(node, nodes, dual)));
  }
  await must(['sh', '-e', '-c', lines.join('\n')]);
}

function nodeLines(node: LabNode, nodes: readonly LabNode[], dual: boolean): string[] {
  const others = nodes.filter((n) => n.name !== node.name);
  const sysctls = [
    'net.ipv4.ip_forward=1',
    'net.ipv4.icmp_ratelimit=0',
    'net.ipv4.conf.all.rp_filter=0',
    'net.ipv4.conf.default.rp_filter=0',
    'net.bridge.bridge-nf-call-iptables=1',
    'net.bridge.bridge-nf-call-ip6tables=1',
    ...(dual ? ['net.ipv6.conf.all.forwarding=1'] : []),
  ];
  return [
    at(node.name, `sysctl -qw ${sysctls.join(' ')}`),
    at(node.name, `ip route add default via ${layout.controlPlane}`),
    ...others.map((o) => at(node.name, `ip route add ${o.podCidr} via ${o.address}`)),
    ...(dual
      ? [
          at(node.name, `ip -6 addr add ${node.address6}/64 dev eth0 nodad`),
          at(node.name, `ip -6 route add default via ${layout.controlPlane6}`),
          ...others.map((o) => at(node.name, `ip -6 route add ${o.podCidr6} via ${o.address6}`)),
        ]
      : []),
    at(node.name, `iptables-restore -n <<'RULES'\n${flannelRules}RULES`),
  ];
}

const pods = layout.clusterCidr;

/** The rules that flannel writes for pod traffic. */
export const flannelRules: string = `*filter
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
-A FLANNEL-POSTRTG -s ${pods} ! -d 224.0.0.0/4 -m comment --comment "flanneld masq" -j MASQUERADE --random-fully
COMMIT
`;
