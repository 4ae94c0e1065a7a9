import { describe } from 'vitest';
import { proveCheck } from '../prove-check-fixture.ts';
import { mtuFits } from './mtu-fits.ts';

const nodes = ['a', 'b'].map((name, at) => ({
  metadata: { name: `node-${name}` },
  spec: {},
  status: { addresses: [{ type: 'InternalIP', address: `192.0.2.${at + 1}` }] },
}));

/** `ip -d addr` of a machine with its own interface and a pod’s. */
const links = (host: number, own: number, pod: number, more = '') => `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu ${own}
    inet 192.0.2.${host}/24 scope global eth0
3: veth1234@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu ${pod} master cni0
${more}`;

const vxlan = (mtu: number) => `4: flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu ${mtu}
    vxlan id 1 local 192.0.2.1 dev eth0 srcport 0 0 dstport 8472 nolearning ttl auto ageing 300
`;

const routes = '10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink\ndefault via 192.0.2.254 dev eth0\n';

const cluster = (a: string, b = links(2, 1500, 1500), route = routes) => ({
  nodes,
  files: {
    'nodes/node-a/ip-addr.txt': a,
    'nodes/node-a/ip-route.txt': route,
    'nodes/node-b/ip-addr.txt': b,
  },
});

describe('node/mtu-fits, a tunnel', () => {
  proveCheck(mtuFits, {
    healthy: cluster(links(1, 1500, 1450, vxlan(1450))),
    broken: cluster(links(1, 1400, 1450, vxlan(1450))),
    problem: {
      severity: 'warning',
      node: 'node-a',
      summary: /^flannel\.1 of node-a takes packets of 1450 bytes, which with 50 .* do not fit eth0 \(1400\)/,
    },
    blind: { nodes },
  });
});

describe('node/mtu-fits, a tunnel that no route leads into', () => {
  proveCheck(mtuFits, {
    healthy: cluster(links(1, 1500, 1450, vxlan(65535)), undefined, 'default via 192.0.2.254 dev eth0\n'),
    broken: cluster(links(1, 1500, 1450, vxlan(65535))),
    problem: { summary: /^flannel\.1 of node-a takes packets of 65535 bytes/ },
    blind: { nodes },
  });
});

describe('node/mtu-fits, machines of different sizes', () => {
  const direct = 'default via 192.0.2.254 dev eth0\n';
  proveCheck(mtuFits, {
    healthy: cluster(links(1, 1400, 1400), links(2, 9000, 9000), direct),
    broken: cluster(links(1, 1400, 1500), undefined, direct),
    problem: {
      node: 'node-a',
      summary: /^eth0 of node-a takes packets of 1400 bytes, and pods on node-b send up to 1500/,
    },
    blind: { nodes },
  });
});
