import { describe } from 'vitest';
import { node, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { tunnelsMasqueraded } from './tunnels-masqueraded.ts';

// `iptables -t nat -nvL` of kube-proxy 1.17 before and after pull 92035. *Source:* github.com/ssup2/blog-old.
const HEAD =
  'Chain KUBE-POSTROUTING (1 references)\n pkts bytes target     prot opt in     out     source               destination\n';
const before = `${HEAD}    0     0 MASQUERADE  all  --  *      *       0.0.0.0/0            0.0.0.0/0            /* kubernetes service traffic requiring SNAT */ mark match 0x4000/0x4000 random-fully\n`;
const after = `${HEAD}   38  2512 RETURN     all  --  *      *       0.0.0.0/0            0.0.0.0/0            mark match ! 0x4000/0x4000
    6   360 MARK       all  --  *      *       0.0.0.0/0            0.0.0.0/0            MARK xor 0x4000
    6   360 MASQUERADE  all  --  *      *       0.0.0.0/0            0.0.0.0/0            /* kubernetes service traffic requiring SNAT */ random-fully\n`;
const links = (tunnel: string): string =>
  `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    inet 127.0.0.1/8 scope host lo\n4: ${tunnel}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue state UNKNOWN group default\n    inet 10.244.1.0/32 scope global ${tunnel}\n`;
const seen = (rules: string, kernel: string, tunnel = 'flannel.1') => ({
  ...webCluster,
  nodes: [node({ nodeInfo: { kernelVersion: kernel } })],
  files: { 'nodes/node-a/iptables-nat.txt': rules, 'nodes/node-a/ip-addr.txt': links(tunnel) },
});
const problem = {
  severity: 'warning' as const,
  node: 'node-a',
  share: [0, 0] as const,
  summary: /does not clear the mark .* which flannel\.1 carries are masqueraded twice/,
};

describe('node/tunnels-masqueraded', () => {
  proveCheck(tunnelsMasqueraded, {
    healthy: seen(after, '4.19.95'),
    broken: seen(before, '4.19.95'),
    problem,
    blind: webCluster,
  });
});

describe('node/tunnels-masqueraded, a kernel with the fix', () => {
  proveCheck(tunnelsMasqueraded, {
    healthy: seen(before, '5.4.41'),
    broken: seen(before, '5.3.18'),
    problem,
    blind: webCluster,
  });
});

describe('node/tunnels-masqueraded, no tunnel', () => {
  proveCheck(tunnelsMasqueraded, {
    healthy: seen(before, '4.19.95', 'cni0'),
    broken: seen(before, '4.19.95'),
    problem,
    blind: webCluster,
  });
});
