import { describe } from 'vitest';
import { webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { leftovers } from './leftovers.ts';

const nft = {
  'nodes/node-a/nft.txt':
    'table ip kube-proxy {\n\tmap service-ips {\n\t\ttype ipv4_addr . inet_proto . inet_service : verdict\n\t}\n\tchain services {\n\t}\n\tchain nat-prerouting {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\tjump services\n\t}\n}\n',
};
const iptables =
  '*nat\n:PREROUTING ACCEPT [0:0]\n:KUBE-SERVICES - [0:0]\n-A PREROUTING -j KUBE-SERVICES\nCOMMIT\n';

describe('kube-proxy/leftovers', () => {
  proveCheck(leftovers, {
    healthy: { ...webCluster, files: nft },
    broken: { ...webCluster, files: { ...nft, 'nodes/node-a/iptables-save.txt': iptables } },
    problem: {
      severity: 'warning',
      node: 'node-a',
      summary: /live rules of iptables and nftables mode/,
    },
    blind: webCluster,
  });
});
