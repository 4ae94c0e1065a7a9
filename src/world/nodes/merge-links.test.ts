import { expect, it } from 'vitest';
import { parseIpAddr } from '../../dataplane/routes/parse-ip-addr.ts';
import { parseIpRoute } from '../../dataplane/routes/parse-ip-route.ts';
import { formatIp } from '../../model/address.ts';
import { completeLinks } from './merge-links.ts';

const bytes = (text: string) => ({ path: 'x', bytes: new TextEncoder().encode(text) });

it('gives links the addresses that only the local table shows', () => {
  const links = parseIpAddr(
    bytes('1: eth0: <UP> mtu 1500\n    inet 192.0.2.1/24 scope global eth0\n2: cni0: <UP> mtu 1500\n'),
  ).items;
  const routes = parseIpRoute(
    bytes(
      [
        '10.244.1.0/24 dev cni0 proto kernel scope link src 10.244.1.1',
        'local 10.244.1.1 dev cni0 table local proto kernel scope host src 10.244.1.1',
        'local 192.0.2.1 dev eth0 table local proto kernel scope host src 192.0.2.1',
        'local 127.0.0.0/8 dev cni0 table local proto kernel scope host src 127.0.0.1',
        'local fe80::1 dev cni0 table local proto kernel metric 0 pref medium',
        '',
      ].join('\n'),
    ),
  ).items;
  const shown = completeLinks(links, routes).map(({ name, addresses }) => [
    name,
    ...addresses.map(({ address, prefix, scope }) => `${formatIp(address)}/${prefix} ${scope}`),
  ]);
  expect(shown).toEqual([
    ['eth0', '192.0.2.1/24 global'],
    ['cni0', '10.244.1.1/24 global', 'fe80::1/128 link'],
  ]);
});
