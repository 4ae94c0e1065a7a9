import { nodeAddress, nodeGateway, nodePodCidr } from './cluster.ts';

/** `nodes` nodes as `kubectl get nodes -o json` prints them. */
export function nodesJson(nodes: number): string {
  const items = Array.from({ length: nodes }, (_, node) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${node}`, labels: { 'kubernetes.io/hostname': `node-${node}` } },
    spec: { podCIDR: nodePodCidr(node), podCIDRs: [nodePodCidr(node)] },
    status: {
      addresses: [
        { type: 'InternalIP', address: nodeAddress(node) },
        { type: 'Hostname', address: `node-${node}` },
      ],
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    },
  }));
  return JSON.stringify({ apiVersion: 'v1', items, kind: 'List' }, null, 4);
}

/**
 * What a recording holds of node `node` of `nodes` next to its rules, by file name: a bridge for its pods, and a route to
 * each other node's pods.
 */
export function nodeFiles(node: number, nodes: number): Readonly<Record<string, string>> {
  const own = nodeAddress(node);
  const gateway = nodeGateway(node);
  const others = Array.from({ length: nodes }, (_, other) => other).filter((other) => other !== node);
  return {
    'ip-addr.txt': `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet ${own}/12 scope global eth0
       valid_lft forever preferred_lft forever
3: cni0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether 02:00:00:00:00:02 brd ff:ff:ff:ff:ff:ff
    inet ${gateway}/25 scope global cni0
       valid_lft forever preferred_lft forever
`,
    'ip-route.txt': [
      'default via 172.16.0.1 dev eth0',
      ...others.map((other) => `${nodePodCidr(other)} via ${nodeAddress(other)} dev eth0`),
      `${nodePodCidr(node)} dev cni0 proto kernel scope link src ${gateway}`,
      `172.16.0.0/12 dev eth0 proto kernel scope link src ${own}`,
      `local ${gateway} dev cni0 table local proto kernel scope host src ${gateway}`,
      'local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1',
      `local ${own} dev eth0 table local proto kernel scope host src ${own}`,
      '',
    ].join('\n'),
    'ip-rule.txt':
      '0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n',
    'sysctl.txt': [
      'net.bridge.bridge-nf-call-iptables = 1',
      'net.ipv4.conf.all.forwarding = 1',
      ...['all', 'default', 'eth0', 'cni0', 'lo'].flatMap((device) => [
        `net.ipv4.conf.${device}.forwarding = 1`,
        `net.ipv4.conf.${device}.route_localnet = 0`,
        `net.ipv4.conf.${device}.rp_filter = 0`,
      ]),
      'net.ipv4.ip_forward = 1',
      '',
    ].join('\n'),
    'kube-proxy-mode.txt': 'iptables',
  };
}
