import { describe } from 'vitest';
import { service, webCluster } from '../cluster-fixture.ts';
import { proveCheck } from '../prove-check-fixture.ts';
import { oneAnnounces } from './one-announces.ts';

const addresses = (address: string): string => `2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP
    inet ${address}/24 scope global eth0
8: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default
    inet 10.96.0.7/32 scope global kube-ipvs0
    inet 192.0.2.200/32 scope global kube-ipvs0
`;
interface Options {
  readonly ignore?: number;
  readonly annotations?: Record<string, string>;
  readonly policy?: string;
  readonly protocol?: string;
}
const POOL = { 'metallb.io/ip-allocated-from-pool': 'lan' };
const cluster = ({ ignore = 0, annotations = POOL, policy = 'Local', protocol = 'layer2' }: Options) => ({
  ...webCluster,
  services: [
    {
      ...service({ type: 'LoadBalancer', externalTrafficPolicy: policy }, { annotations }),
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.200' }] } },
    },
  ],
  events: [
    {
      metadata: { name: 'web.17', namespace: 'shop' },
      involvedObject: { kind: 'Service', namespace: 'shop', name: 'web' },
      reason: 'nodeAssigned',
      message: `announcing from node "node-a" with protocol "${protocol}"`,
    },
  ],
  files: Object.fromEntries(
    ['a', 'b'].flatMap((node, index) => [
      [`nodes/node-${node}/ip-addr.txt`, addresses(`192.0.2.1${index}`)],
      [
        `nodes/node-${node}/sysctl.txt`,
        `net.ipv4.conf.all.arp_ignore = ${ignore}\nnet.ipv4.conf.eth0.arp_ignore = 0\n`,
      ],
    ]),
  ),
});
const blind = { ...cluster({}), files: {} };
const broken = cluster({});
const problem = {
  severity: 'error' as const,
  share: [0, 1] as const,
  summary: /^node-a, node-b all answer ARP for 192\.0\.2\.200/,
};

describe('external/one-announces', () => {
  // As kube-proxy sets it with strictARP.
  proveCheck(oneAnnounces, { healthy: cluster({ ignore: 1 }), broken, problem, blind });
});

describe('external/one-announces, an address of a cloud, or announced by BGP', () => {
  proveCheck(oneAnnounces, { healthy: cluster({ annotations: {} }), broken, problem, blind });
  proveCheck(oneAnnounces, { healthy: cluster({ protocol: 'bgp' }), broken, problem, blind });
});

describe('external/one-announces, where every node serves all endpoints', () => {
  proveCheck(oneAnnounces, {
    healthy: cluster({ ignore: 1 }),
    broken: cluster({ policy: 'Cluster' }),
    problem: { severity: 'warning', share: [0, 0], summary: /now one node, now another$/ },
    blind,
  });
});
