import fc from '../../model/random-fixture.ts';
import { describe, expect, it } from 'vitest';
import { parseIp } from '../../model/address.ts';
import type { TextSource } from '../text-source.ts';
import { parseBridgeLink, parseHairpinMode } from './parse-bridge-ports.ts';
import { parseIpAddr } from './parse-ip-addr.ts';
import { parseIpNeigh } from './parse-ip-neigh.ts';
import { parseIpRoute } from './parse-ip-route.ts';
import { parseIpRule } from './parse-ip-rule.ts';
import { parseSysctl } from './parse-sysctl.ts';

const source = (text: string): TextSource => ({ path: 'x', bytes: new TextEncoder().encode(text) });
const ip = (text: string) => parseIp(text);

describe('parseIpAddr', () => {
  const text = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
7: veth1@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue master cni0 state UP group default
    inet6 fe80::1/64 scope link
       valid_lft forever preferred_lft forever
`;

  it('reads links with master, peer and addresses', () => {
    const { items, issues } = parseIpAddr(source(text));
    expect(issues).toEqual([]);
    expect(items[0]).toMatchObject({
      name: 'lo',
      isLoopback: true,
      addresses: [{ address: ip('127.0.0.1'), prefix: 8, scope: 'host' }],
    });
    expect(items[1]).toMatchObject({
      index: 7,
      name: 'veth1',
      peerIndex: 2,
      master: 'cni0',
      mtu: 1450,
      isUp: true,
    });
  });

  it('reads of a VXLAN interface what it leaves by, from text and from JSON', () => {
    const text = `9: flannel.1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450
    link/ether 3e:0a:00:00:00:01 brd ff:ff:ff:ff:ff:ff promiscuity 0
    vxlan id 1 local 192.168.90.11 dev eth0 srcport 0 0 dstport 8472 nolearning ttl auto
`;
    const json = [
      {
        ifindex: 9,
        ifname: 'flannel.1',
        flags: ['UP'],
        mtu: 1450,
        linkinfo: { info_kind: 'vxlan', info_data: { id: 1, link: 'eth0', port: 8472 } },
      },
    ];
    for (const each of [text, JSON.stringify(json)]) {
      expect(parseIpAddr(source(each)).items[0]).toMatchObject({
        kind: 'vxlan',
        mtu: 1450,
        lower: 'eth0',
        tunnelPort: 8472,
      });
    }
  });

  it('reads the same from JSON', () => {
    const json = [
      {
        ifindex: 7,
        ifname: 'veth1',
        link_index: 2,
        flags: ['UP'],
        mtu: 1450,
        master: 'cni0',
        addr_info: [{ family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' }],
      },
    ];
    expect(parseIpAddr(source(JSON.stringify(json))).items[0]).toMatchObject({
      name: 'veth1',
      peerIndex: 2,
      addresses: [{ address: ip('fe80::1'), prefix: 64 }],
    });
  });
});

describe('parseIpRoute', () => {
  it('reads types, tables, gateways and several next hops', () => {
    const { items, issues } = parseIpRoute(
      source(`default via 192.0.2.1 dev eth0 proto dhcp metric 100
unreachable 10.96.0.0/16
local 192.0.2.2 dev eth0 table local proto kernel scope host src 192.0.2.2
10.244.9.0/24 proto bird
\tnexthop via 192.0.2.8 dev eth0 weight 1
\tnexthop via 192.0.2.9 dev eth1 weight 3
default via fe80::1 dev eth0 metric 1024 pref medium
`),
    );
    expect(issues).toEqual([]);
    expect(items.map(({ type, table, metric }) => [type, table, metric])).toEqual([
      ['unicast', 'main', 100],
      ['unreachable', 'main', 0],
      ['local', 'local', 0],
      ['unicast', 'main', 0],
      ['unicast', 'main', 1024],
    ]);
    expect(items[0]).toMatchObject({
      via: ip('192.0.2.1'),
      device: 'eth0',
      destination: { first: 0, prefix: 0 },
    });
    expect(items[3]?.nexthops).toMatchObject([
      { via: ip('192.0.2.8'), weight: 1 },
      { device: 'eth1', weight: 3 },
    ]);
    expect(items[4]?.destination).toEqual({ first: 0n, prefix: 0 });
  });

  const ANY = { IPv4: { first: 0, prefix: 0 }, IPv6: { first: 0n, prefix: 0 } };

  it('knows the family of a default route in JSON, where both stand in one list', () => {
    const rows = [
      { dst: 'default', gateway: '192.0.2.1', dev: 'eth0', flags: [] },
      { dst: 'default', dev: 'ppp0', scope: 'link', metric: 5, flags: [] },
      { dst: 'fe80::/64', dev: 'eth0', protocol: 'kernel', metric: 256, flags: [], pref: 'medium' },
      { dst: 'default', gateway: 'fe80::1', dev: 'eth0', metric: 1024, flags: [], pref: 'medium' },
      { type: 'unreachable', dst: 'default', dev: 'lo', metric: 4294967295, flags: [], pref: 'medium' },
    ];
    const found = (list: readonly object[]) =>
      parseIpRoute(source(JSON.stringify(list))).items.map(({ destination }) => destination);
    expect(found(rows).filter(({ prefix }) => prefix === 0)).toEqual([
      ANY.IPv4,
      ANY.IPv4,
      ANY.IPv6,
      ANY.IPv6,
    ]);
    const older = [
      { dst: '2001:db8::/64', dev: 'eth0' },
      { dst: 'default', dev: 'eth0' },
    ];
    expect(found(older)[1]).toEqual(ANY.IPv6);
  });

  it('takes a route by a gateway of the other family for what it is', () => {
    const [text] = parseIpRoute(source('default via inet6 fe80::1 dev eth0 proto static \n')).items;
    const row = { dst: '10.9.0.0/16', via: { family: 'inet6', host: 'fe80::1' }, dev: 'eth0', flags: [] };
    const [json] = parseIpRoute(source(JSON.stringify([row]))).items;
    expect(text).toMatchObject({ destination: ANY.IPv4, via: ip('fe80::1') });
    expect(json).toMatchObject({ destination: { first: ip('10.9.0.0'), prefix: 16 }, via: ip('fe80::1') });
  });
});

describe('parseIpRule', () => {
  it('reads selectors and actions', () => {
    const { items } = parseIpRule(
      source(`0:\tfrom all lookup local
100:\tnot from 10.0.0.0/8 fwmark 0x80/0xf0 lookup 42
200:\tfrom all iif eth1 unreachable
300:\tfrom all uidrange 0-99 lookup main
400:\tfrom all lookup main suppress_prefixlength 0
`),
    );
    expect(items[1]).toMatchObject({
      priority: 100,
      not: true,
      fwmark: { value: 0x80, mask: 0xf0 },
      action: { kind: 'lookup', table: '42' },
    });
    expect(items[2]).toMatchObject({ iif: 'eth1', action: { kind: 'unreachable' } });
    expect(items[3]?.unknown).toContain('uidrange');
    expect(items[4]).toMatchObject({ suppressPrefix: 0, action: { kind: 'lookup', table: 'main' } });
    expect(items[4]?.unknown).toBeUndefined();
  });

  it('reads JSON', () => {
    const row = { priority: 32764, src: 'all', table: 'main', suppress_prefixlen: 0 };
    expect(parseIpRule(source(JSON.stringify([row]))).items[0]).toMatchObject({
      suppressPrefix: 0,
      action: { kind: 'lookup', table: 'main' },
    });
  });
});

describe('neighbours, bridge ports, sysctls', () => {
  it('reads neighbours without an address of their own', () => {
    const { items } = parseIpNeigh(
      source('192.0.2.9 dev eth0 lladdr 00:00:5e:00:53:01 REACHABLE\n192.0.2.99 dev eth0 INCOMPLETE\n'),
    );
    expect(items.map(({ state, lladdr }) => [state, lladdr])).toEqual([
      ['REACHABLE', '00:00:5e:00:53:01'],
      ['INCOMPLETE', undefined],
    ]);
  });

  it('reads hairpin flags from both places', () => {
    const link =
      '9: veth1@if2: <UP> mtu 1500 master cni0 state forwarding priority 32 cost 2\n    hairpin off guard off isolated off\n';
    expect(parseBridgeLink(source(link)).items[0]).toMatchObject({
      name: 'veth1',
      bridge: 'cni0',
      hairpin: false,
    });
    expect(parseHairpinMode(source('/sys/class/net/veth1/brport/hairpin_mode:1\n')).items[0]).toMatchObject({
      name: 'veth1',
      hairpin: true,
    });
  });

  it('reads settings with dots or slashes', () => {
    expect(parseSysctl(source('net.ipv4.ip_forward = 1\nnet/ipv4/conf/all/rp_filter=2\n')).items).toEqual([
      ['net.ipv4.ip_forward', '1'],
      ['net.ipv4.conf.all.rp_filter', '2'],
    ]);
  });
});

describe('every parser of this room', () => {
  const parsers = [
    parseIpAddr,
    parseIpRoute,
    parseIpRule,
    parseIpNeigh,
    parseBridgeLink,
    parseHairpinMode,
    parseSysctl,
  ];

  it('loses no line of what it does not understand, and never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 200, unit: 'binary' }),
        fc.constantFrom(...parsers),
        (text, parse) => {
          const { items, issues } = parse(source(text));
          const hasContent = text
            .replace(/^\uFEFF/, '')
            .split('\n')
            .some((line) => line.trim() !== '');
          if (hasContent && items.length === 0 && !text.includes('sysctl: '))
            expect(issues.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it.each(['net.ipv4.conf.bond0/7.rp_filter = 2', '/proc/sys/net/ipv4/conf/bond0.7/rp_filter:2'])(
    'reads settings of interfaces with a dot in their name: %s',
    (line) => {
      expect(parseSysctl(source(`${line}\n`)).items).toEqual([['net.ipv4.conf.bond0.7.rp_filter', '2']]);
    },
  );

  it('reads CRLF like LF', () => {
    expect(parseSysctl(source('net.ipv4.ip_forward = 1\r\n')).items).toEqual([['net.ipv4.ip_forward', '1']]);
  });
});
