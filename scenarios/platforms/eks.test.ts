import { describe, expect, it } from 'vitest';
import { investigateService } from '../../src/investigate.ts';
import { type Changes, changedRecording } from '../changed-recording.ts';
import { addRules, numberOf } from './add-rules.ts';
import { podsOf, routedPods } from './routed-pods.ts';

// Nodes of EKS: pods have addresses of the network outside, some by a second network interface with a routing table of its own, and no node has a range of pods.

/** *Source:* aws/amazon-vpc-cni-k8s pkg/networkutils/network.go and cmd/routed-eni-cni-plugin/driver. */
const vpcCni: Changes = [
  ...routedPods({ prefix: 'eni', scope: 'link', isBetweenNodes: false }),
  [
    /\/iptables-save/,
    addRules('nat', {
      last: `
        -A PREROUTING -i eni+ -m comment --comment "AWS, outbound connections" -j AWS-CONNMARK-CHAIN-0
        -A PREROUTING -m comment --comment "AWS, CONNMARK" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80
        -A POSTROUTING -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0
        -A AWS-CONNMARK-CHAIN-0 -d 192.168.0.0/16 -m comment --comment "AWS CONNMARK CHAIN, VPC CIDR" -j RETURN
        -A AWS-CONNMARK-CHAIN-0 -d 10.244.0.0/16 -m comment --comment "AWS CONNMARK CHAIN, VPC CIDR" -j RETURN
        -A AWS-CONNMARK-CHAIN-0 -m comment --comment "AWS, CONNMARK" -j CONNMARK --set-xmark 0x80/0x80
        -A AWS-SNAT-CHAIN-0 -d 192.168.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN
        -A AWS-SNAT-CHAIN-0 -d 10.244.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN
        -A AWS-SNAT-CHAIN-0 ! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL -j SNAT --to-source 192.168.90.1NODE --random-fully`,
    }),
  ],
  [
    /\/iptables-save/,
    addRules('mangle', {
      last: `
        -A PREROUTING -i eth0 -m comment --comment "AWS, primary ENI" -m addrtype --dst-type LOCAL --limit-iface-in -j CONNMARK --set-xmark 0x80/0x80
        -A PREROUTING -i eni+ -m comment --comment "AWS, primary ENI" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80
        -A PREROUTING -i vlan+ -m comment --comment "AWS, primary ENI" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80`,
    }),
  ],
  // kube-proxy of EKS is given no clusterCIDR.
  [
    /\/iptables-save/,
    (text) =>
      text.replaceAll(
        /^.* (! -s 10\.244\.0\.0\/16 .*-j KUBE-MARK-MASQ|-A KUBE-EXT-\S+ -s 10\.244\.0\.0\/16 .*)\n/gm,
        '',
      ),
  ],
  [/configz/, (text) => text.replace('"clusterCIDR":"10.244.0.0/16"', '"clusterCIDR":""')],
  [/configmaps\.json/, (text) => text.replace(String.raw`\"clusterCIDR\": \"10.244.0.0/16\",\n`, '')],
  [
    /ip-addr/,
    (text, path) =>
      `${text}3: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 9001 qdisc mq state UP group default qlen 1000\n    link/ether 0a:7f:aa:11:22:33 brd ff:ff:ff:ff:ff:ff\n    inet 192.168.90.10${numberOf(path)}/24 brd 192.168.90.255 scope global eth1\n`,
  ],
  [
    /ip-route/,
    (text, path) =>
      `${text}default via 192.168.90.1 dev eth1 table 2\n192.168.90.1 dev eth1 table 2 scope link\nlocal 192.168.90.10${numberOf(path)} dev eth1 table local proto kernel scope host src 192.168.90.10${numberOf(path)}\n`,
  ],
  [
    /ip-rule/,
    (_, path) => {
      const pods = podsOf(path).map((pod) => `10.244.${numberOf(path)}.${pod}`);
      return [
        '0:\tfrom all lookup local',
        ...pods.map((pod) => `512:\tfrom all to ${pod} lookup main`),
        '1024:\tfrom all fwmark 0x80/0x80 lookup main',
        ...pods.slice(1).map((pod) => `1536:\tfrom ${pod} lookup 2`),
        '32766:\tfrom all lookup main',
        '32767:\tfrom all lookup default',
        '',
      ].join('\n');
    },
  ],
  [/nodes\.json/, (text) => text.replaceAll(/"podCIDRs?": ("[^"]*"|\[[^\]]*\]),?/g, '')],
];

describe('nodes of EKS', () => {
  const ask = async (name: string, more: Changes = []): Promise<unknown> => {
    const snapshot = await changedRecording('iptables-healthy', [...vpcCni, ...more]);
    const { verdict, causes, findings } = investigateService(snapshot, { namespace: 'shop', name });
    const told = new Set(causes.map(({ check }) => check));
    const warned = findings
      .filter(({ severity, check }) => severity !== 'info' && !told.has(check))
      .map(({ summary }) => summary);
    return [verdict, ...causes.map(({ check, nodes }) => `${check} ${nodes.join(' ')}`), ...warned];
  };

  it.each(['web', 'web-np', 'web-lb', 'solo', 'echo'])('serve %s', async (name) => {
    expect(await ask(name)).toEqual(['healthy']);
  });

  it('miss the route to one of their pods', async () => {
    const gone: Changes = [[/node-b\/ip-route/, (text) => text.replace(/^10\.244\.2\.14 dev .*\n/m, '')]];
    expect(await ask('solo', gone)).toEqual(['broken', 'node/route-missing node-b']);
  });

  it('may route one of their pods by a table of its own, as those with a network interface of their own', async () => {
    const elsewhere: Changes = [
      [/node-b\/ip-route/, (text) => text.replace(/^(10\.244\.2\.14 dev .*)\n/m, '$1 table 101\n')],
    ];
    expect(await ask('solo', elsewhere)).toEqual(['unknown']);
    // Rules for what arrives by the pod's interface say nothing of the node's other pods.
    const byInterface: Changes = [
      ...elsewhere,
      [/node-b\/ip-rule/, (text) => text.replace('512:', '10:\tfrom all iif vlan.eth.1 lookup 101\n512:')],
    ];
    expect(await ask('web', byInterface)).toEqual(['healthy']);
  });
});
