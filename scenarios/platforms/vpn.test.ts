import { expect, it } from 'vitest';
import { auditCluster } from '../../src/investigate.ts';
import { type Changes, changedRecording } from '../changed-recording.ts';
import { addRules, numberOf } from './add-rules.ts';
import { asLegacy } from './routed-pods.ts';

// Programs that join nodes to a network of their own: an interface, a routing table, and rules that ask it before or after the main table.

interface Vpn {
  readonly device: string;
  /** The node's address, with `NODE` for its number. */
  readonly address: string;
  /** Routes of the node as `ip route show table all` prints them, one a line. */
  readonly routes: string;
  readonly rules: readonly string[];
}

function vpn({ device, address, routes, rules }: Vpn): Changes {
  const numbered = (text: string, path: string): string => text.replaceAll('NODE', String(numberOf(path)));
  return [
    [/nft-ruleset/, () => undefined],
    [/\/ip6?tables-save/, asLegacy],
    [
      /ip-addr/,
      (text, path) =>
        `${text}91: ${device}: <POINTOPOINT,MULTICAST,NOARP,UP,LOWER_UP> mtu 1280 qdisc fq_codel state UNKNOWN group default qlen 500\n    link/none \n    inet ${numbered(address, path)} scope global ${device}\n       valid_lft forever preferred_lft forever\n`,
    ],
    [/ip-route/, (text, path) => `${numbered(routes, path)}\n${text}`],
    [
      /ip-rule/,
      () =>
        [
          '0:\tfrom all lookup local',
          ...rules,
          '32766:\tfrom all lookup main',
          '32767:\tfrom all lookup default',
          '',
        ].join('\n'),
    ],
  ];
}

/** *Source:* tailscale/tailscale wgengine/router/osrouter/router_linux.go, util/linuxfw/iptables_runner.go. */
const tailscale: Changes = [
  ...vpn({
    device: 'tailscale0',
    address: '100.101.1.NODE/32',
    routes: '100.101.1.9 dev tailscale0 table 52',
    rules: [
      '5210:\tfrom all fwmark 0x80000/0xff0000 lookup main',
      '5230:\tfrom all fwmark 0x80000/0xff0000 lookup default',
      '5250:\tfrom all fwmark 0x80000/0xff0000 unreachable',
      '5270:\tfrom all lookup 52',
    ],
  }),
  [
    /\/iptables-save/,
    addRules('filter', {
      first: `
        -A INPUT -j ts-input
        -A FORWARD -j ts-forward
        -A ts-forward -i tailscale0 -j MARK --set-xmark 0x40000/0xff0000
        -A ts-forward -m mark --mark 0x40000/0xff0000 -j ACCEPT
        -A ts-forward -s 100.64.0.0/10 -o tailscale0 -j DROP
        -A ts-forward -o tailscale0 -j ACCEPT
        -A ts-input -s 100.101.1.NODE/32 -i lo -j ACCEPT
        -A ts-input -s 100.115.92.0/23 ! -i tailscale0 -j RETURN
        -A ts-input -s 100.64.0.0/10 ! -i tailscale0 -j DROP
        -A ts-input -i tailscale0 -j ACCEPT`,
    }),
  ],
  [
    /\/iptables-save/,
    addRules('nat', {
      last: `
        -A POSTROUTING -j ts-postrouting
        -A ts-postrouting -m mark --mark 0x40000/0xff0000 -j MASQUERADE`,
    }),
  ],
];

/** All but what its own packets take goes by the tunnel, unless the main table knows better than by its default route. *Source:* wg-quick(8) of wireguard-tools, `add_default`. */
const wgQuick = vpn({
  device: 'wg0',
  address: '10.7.0.NODE/24',
  routes:
    'default dev wg0 table 51820 scope link \n10.7.0.0/24 dev wg0 proto kernel scope link src 10.7.0.NODE ',
  rules: [
    '32764:\tfrom all lookup main suppress_prefixlength 0',
    '32765:\tnot from all fwmark 0xca6c lookup 51820',
  ],
});

async function ask(changes: Changes): Promise<Record<string, unknown>> {
  const { services } = auditCluster(await changedRecording('iptables-healthy', changes), {});
  const others = services.filter(
    ({ subject, verdict }) => verdict !== 'healthy' && subject !== 'shop/upstream',
  );
  return Object.fromEntries(
    others.map(({ subject, verdict, causes }) => [
      subject,
      [verdict, ...causes.map(({ check, nodes }) => `${check} ${nodes.join(' ')}`)].join(', '),
    ]),
  );
}

it.each([
  ['Tailscale', tailscale],
  ['wg-quick', wgQuick],
])('%s beside a healthy cluster is no fault', async (_, changes) => {
  expect(await ask(changes)).toEqual({});
});

it('tells a route of the tunnel that is asked before the main table and holds the node’s own pods', async () => {
  const wide: Changes = [
    ...tailscale,
    [/node-b\/ip-route/, (text) => `10.244.0.0/16 dev tailscale0 table 52 \n${text}`],
  ];
  expect(await ask(wide)).toMatchObject({
    'shop/solo': 'broken, node/route-missing node-b',
    'shop/web': 'degraded, node/route-missing node-b',
  });
});

it('tells a default route that hides those to pods, where the main table is not asked first', async () => {
  const first: Changes = [...wgQuick, [/node-c\/ip-rule/, (text) => text.replace(/^32764:.*\n/m, '')]];
  expect((await ask(first))['shop/solo']).toBe('degraded, node/route-missing node-c');
});
