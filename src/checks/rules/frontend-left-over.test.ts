import { describe } from 'vitest';
import { node, pod, service, slice } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { frontendLeftOver } from './frontend-left-over.ts';

const own = '10.96.0.7';
const deleted = '10.96.0.99';
const audited = (mode: string, files: Readonly<Record<string, string>>) => ({
  services: [service()],
  endpointslices: [slice()],
  nodes: [node()],
  pods: [pod()],
  subject: { isOneOfMany: true as const },
  files: {
    'nodes/node-a/kube-proxy-mode.txt': mode,
    'nodes/node-a/iptables-save.txt': '*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n',
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`nodes/node-a/${name}`, text])),
  },
});
const iptables = (address: string) =>
  audited('iptables', {
    'iptables-save.txt': `*nat\n:PREROUTING ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n:KUBE-SVC-AAAAAAAAAAAAAAAA - [0:0]\n-A PREROUTING -j KUBE-SERVICES\n-A KUBE-SERVICES -d ${address}/32 -p tcp -m comment --comment "shop/old:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAAAAAAAAAAAAAA\nCOMMIT\n`,
  });
const nftables = (address: string) =>
  audited('nftables', {
    'nft-ruleset.txt': `table ip kube-proxy {\n\tmap service-ips {\n\t\ttype ipv4_addr . inet_proto . inet_service : verdict\n\t\telements = { ${address} . tcp . 80 : goto service-AAAA-shop/old/tcp/http }\n\t}\n\tchain nat-prerouting {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\tjump services\n\t}\n\tchain services {\n\t\tip daddr . meta l4proto . th dport vmap @service-ips\n\t}\n\tchain service-AAAA-shop/old/tcp/http {\n\t}\n}\n`,
  });
const ipvs = (address: string) =>
  audited('ipvs', {
    'ip-addr.txt': `5: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default\n    link/ether 9a:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n    inet ${address}/32 scope global kube-ipvs0\n       valid_lft forever preferred_lft forever\n`,
    'ipvsadm-save.txt': `-A -t ${address}:80 -s rr\n-a -t ${address}:80 -r 10.244.1.9:8080 -m -w 1\n-A -t 192.0.2.200:443 -s rr\n-a -t 192.0.2.200:443 -r 192.0.2.11:6443 -m -w 1\n`,
  });

describe.each([
  ['iptables', iptables],
  ['nftables', nftables],
  ['ipvs, beside another program’s virtual server', ipvs],
])('rules/frontend-left-over, %s', (_, cluster) => {
  proveCheck(frontendLeftOver, {
    healthy: cluster(own),
    broken: cluster(deleted),
    problem: {
      severity: 'warning',
      node: 'node-a',
      summary: /node-a still serves 10\.96\.0\.99:80\/tcp, which no Service has/,
    },
    blind: { nodes: [node()] },
  });
});

describe('rules/frontend-left-over, of one Service asked about', () => {
  proveCheck(frontendLeftOver, {
    healthy: { ...iptables(deleted), subject: {} },
    broken: iptables(deleted),
    problem: { summary: /still serves/ },
    blind: { nodes: [node()] },
  });
});
