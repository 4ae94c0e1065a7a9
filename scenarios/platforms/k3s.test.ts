import { describe, expect, it } from 'vitest';
import { investigateService } from '../../src/investigate.ts';
import { type Change, type Changes, changedRecording } from '../changed-recording.ts';
import { addRules } from './add-rules.ts';
import { asLegacy } from './routed-pods.ts';

// k3s runs kube-proxy in its own process and gives a Service of type LoadBalancer the addresses of all nodes, where pods with host ports take connections.

const NODES = ['192.168.90.11', '192.168.90.12', '192.168.90.13'];

/** *Source:* k3s-io/k3s pkg/cloudprovider/servicelb.go, containernetworking/plugins plugins/meta/portmap. */
const serviceLb: Changes = [
  [
    /services\.json/,
    (text) => {
      const list = JSON.parse(text) as {
        items: { metadata: { name: string }; spec: object; status: object }[];
      };
      for (const item of list.items.filter(({ metadata }) => metadata.name === 'web-np')) {
        item.spec = { ...item.spec, type: 'LoadBalancer' };
        item.status = { loadBalancer: { ingress: NODES.map((ip) => ({ ip, ipMode: 'VIP' })) } };
      }
      return JSON.stringify(list);
    },
  ],
  [
    /\/iptables-save/,
    addRules('nat', {
      first: NODES.map(
        (ip) =>
          `-A KUBE-SERVICES -d ${ip}/32 -p tcp -m comment --comment "shop/web-np:http loadbalancer IP" -m tcp --dport 80 -j KUBE-EXT-L7VHADGQUOMCRAVS`,
      ).join('\n'),
      last: `
        -A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
        -A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
        -A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ
        -A CNI-DN-6ddbcbb1a5bfe11fc8bd9 -s 10.244.NODE.0/24 -p tcp -m tcp --dport 80 -j CNI-HOSTPORT-SETMARK
        -A CNI-DN-6ddbcbb1a5bfe11fc8bd9 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.NODE.99:80
        -A CNI-HOSTPORT-DNAT -p tcp -m multiport --dports 80 -j CNI-DN-6ddbcbb1a5bfe11fc8bd9
        -A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE
        -A CNI-HOSTPORT-SETMARK -j MARK --set-xmark 0x2000/0x2000`,
    }),
  ],
  [/nft-ruleset|kube-proxy\.log/, () => undefined],
  [/\/ip6?tables-save/, asLegacy],
];

const serves =
  (port: number): Change =>
  (text) =>
    `${text}tcp   LISTEN 0      4096         0.0.0.0:${port}         0.0.0.0:*\n`;

describe('the load balancer of k3s', () => {
  const ask = async (more: Changes): Promise<unknown> => {
    const snapshot = await changedRecording('iptables-healthy', [...serviceLb, ...more]);
    const { verdict, causes, findings } = investigateService(snapshot, { namespace: 'shop', name: 'web-np' });
    return [
      verdict,
      ...causes.map(({ check }) => check),
      ...findings.map(({ check, node }) => `${check} ${node ?? ''}`),
    ];
  };

  it('may have the addresses of nodes', async () => {
    expect(await ask([[/\/ss\.txt/, serves(22)]])).toEqual(['healthy']);
  });

  it('takes the port of what listens on a node', async () => {
    expect(await ask([[/node-b\/ss\.txt/, serves(80)]])).toEqual(['healthy', 'external/no-collision node-b']);
  });
});
