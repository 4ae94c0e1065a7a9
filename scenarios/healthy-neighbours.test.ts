import { describe, expect, it } from 'vitest';
import { investigateService } from '../src/investigate.ts';
import { type Change, type Changes, changedRecording } from './changed-recording.ts';

// Programs beside kube-proxy that a healthy cluster has, in recordings that had none; and the same with a fault of theirs.

const DNS = '10.96.0.10';
const LINK_LOCAL = '169.254.20.10';

/** As node-cache of kubernetes/dns sets up a node where kube-proxy is in iptables mode: it takes the address of the DNS Service too. */
const skip = (chain: string, side: string, address: string, port = 53): string[] =>
  ['udp', 'tcp'].map(
    (protocol) =>
      `-A ${chain} -${side} ${address}/32 -p ${protocol} -m ${protocol} --${side}port ${port} -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK`,
  );
const raw = [
  '*raw',
  ':PREROUTING ACCEPT [0:0]',
  ':OUTPUT ACCEPT [0:0]',
  ...[DNS, LINK_LOCAL].flatMap((address) => [
    ...skip('PREROUTING', 'd', address),
    ...skip('OUTPUT', 's', address),
    ...skip('OUTPUT', 'd', address),
    ...skip('OUTPUT', 's', address, 8080),
  ]),
  'COMMIT',
  '',
].join('\n');
const listens = ['udp   UNCONN 0      0     ', 'tcp   LISTEN 0      4096  ']
  .flatMap((start) => [DNS, LINK_LOCAL].map((address) => `${start} ${address}:53     0.0.0.0:*\n`))
  .join('');
const append =
  (more: string): Change =>
  (text) =>
    `${text.trimEnd()}\n${more}`;
const nodeLocal: Changes = [
  [/ip-link/, () => undefined],
  [/\/iptables-save/, append(raw)],
  [
    /ip-addr/,
    append(
      `400: nodelocaldns: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default\n    link/ether 6e:2c:0f:11:22:33 brd ff:ff:ff:ff:ff:ff\n${[LINK_LOCAL, DNS].map((address) => `    inet ${address}/32 scope global nodelocaldns\n`).join('')}`,
    ),
  ],
  [
    /ip-route/,
    append(
      [LINK_LOCAL, DNS]
        .map(
          (address) =>
            `local ${address} dev nodelocaldns table local proto kernel scope host src ${address}\n`,
        )
        .join(''),
    ),
  ],
  [/\/ss\.txt/, append(listens)],
];

describe('NodeLocal DNS on the address of the DNS Service', () => {
  const ask = async (more: Changes, service = 'kube-dns', namespace = 'kube-system'): Promise<unknown> => {
    const snapshot = await changedRecording('iptables-healthy', [...nodeLocal, ...more]);
    const { verdict, causes } = investigateService(snapshot, { namespace, name: service });
    return [verdict, ...causes.map(({ check, nodes }) => `${check} ${nodes.join(' ')}`)];
  };

  it('answers instead of CoreDNS', async () => {
    expect(await ask([])).toEqual(['healthy']);
    expect(await ask([], 'web', 'shop')).toEqual(['healthy']);
  });

  it('is unknown where its sockets, or the addresses of nodes, were not read', async () => {
    expect(await ask([[/\/ss\.txt/, () => undefined]])).toEqual(['unknown']);
    const mainTable: Change = (text) =>
      text
        .split('\n')
        .filter((line) => !/ table local/.test(line))
        .join('\n');
    expect(
      await ask([
        [/ip-addr/, () => undefined],
        [/ip-route/, mainTable],
      ]),
    ).toEqual(['unknown']);
  });

  it('is at fault where it left its rules and does not run', async () => {
    const stopped: Changes = [[/node-b\/ss\.txt/, (text) => text.replaceAll(/^.*:53 .*\n/gm, '')]];
    expect(await ask(stopped)).toEqual(['degraded', 'rules/foreign-translation node-b']);
  });
});

/** As Calico lays a node's network: a route and an interface for each pod, no bridge. */
const podsOf = (path: string): number[] => (path.includes('node-c') ? [11, 12, 13] : [11, 12, 13, 14, 15]);
const network = (path: string): string => `10.244.${'abc'.indexOf(/node-(.)/.exec(path)?.[1] ?? '') + 1}`;
const routed: Changes = [
  [/bridge-link|hairpin|ip-link/, () => undefined],
  [
    /ip-route/,
    (text, path) =>
      [
        ...text.split('\n').filter((line) => line !== '' && !/cni0|veth/.test(line)),
        ...podsOf(path).map((pod) => `${network(path)}.${pod} dev cali${pod} scope link`),
        `blackhole ${network(path)}.0/24 proto 80`,
        '',
      ].join('\n'),
  ],
  [
    /ip-addr/,
    (text, path) =>
      [
        ...text.split(/^(?=\d+: )/m).filter((block) => !/cni0|veth/.test(block)),
        ...podsOf(path).map(
          (pod) =>
            `${pod + 40}: cali${pod}@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default\n    link/ether ee:ee:ee:ee:ee:ee brd ff:ff:ff:ff:ff:ff\n`,
        ),
      ].join(''),
  ],
];

describe('a CNI that routes to each pod', () => {
  const ask = async (recording: string, more: Changes): Promise<unknown> => {
    const { verdict, causes } = investigateService(await changedRecording(recording, [...routed, ...more]), {
      namespace: 'shop',
      name: 'solo',
    });
    return [verdict, ...causes.map(({ check }) => check)];
  };

  it.each(['iptables-healthy', 'nftables-healthy'])(
    'has no bridge ports that would be read: %s',
    async (name) => {
      expect(await ask(name, [])).toEqual(['healthy']);
    },
  );

  it('has none either on nodes with a bond, with Docker’s bridge that nothing is on, or with ports of Open vSwitch', async () => {
    const bonded: Changes = [
      [/ip-(addr|route|neigh)/, (text) => text.replaceAll(/\beth0(@if\d+)?\b/g, 'bond0')],
      [
        /ip-addr/,
        (text) =>
          `${text.replace(/^(\d+: bond0: <BROADCAST,MULTICAST)/m, '$1,MASTER')}70: ens1: <BROADCAST,MULTICAST,SLAVE,UP,LOWER_UP> mtu 1500 qdisc mq master bond0 state UP group default qlen 1000
71: docker0: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN group default
    link/ether 02:42:9f:11:22:33 brd ff:ff:ff:ff:ff:ff promiscuity 0 minmtu 68 maxmtu 65535
    bridge forward_delay 1500 hello_time 200 max_age 2000 ageing_time 30000 stp_state 0
    inet 172.17.0.1/16 brd 172.17.255.255 scope global docker0
72: ovs-system: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default qlen 1000
73: vxlan_sys_4789: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 65000 qdisc noqueue master ovs-system state UNKNOWN group default qlen 1000
`,
      ],
    ];
    expect(await ask('iptables-healthy', bonded)).toEqual(['healthy']);
  });

  it('is unknown where interfaces of routes are missing, so that one may be a bridge', async () => {
    const cut: Change = (text) => text.split(/^(?=\d+: cali)/m)[0] ?? '';
    expect(await ask('iptables-healthy', [[/ip-addr/, cut]])).toEqual(['unknown']);
  });

  it('misses the way to a pod whose route is gone', async () => {
    const gone: Change = (text) => text.replace(/^10\.244\.2\.14 dev .*\n/m, '');
    const [verdict, ...causes] = (await ask('iptables-healthy', [[/node-b\/ip-route/, gone]])) as string[];
    expect([verdict, causes.length > 0]).toEqual(['broken', true]);
  });
});
