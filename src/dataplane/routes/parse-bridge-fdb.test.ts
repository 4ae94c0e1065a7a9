import { expect, test } from 'vitest';
import { parseIp } from '../../model/address.ts';
import { parseBridgeFdb } from './parse-bridge-fdb.ts';

test("entries of bridge fdb show: learned ones, and the ports' own", () => {
  const text = `33:33:00:00:00:01 dev cni0 self permanent
1E:76:30:7b:66:b2 dev veth4bf43cdb master cni0 
72:75:d8:cd:89:b8 dev veth4bf43cdb master cni0 permanent
garbage
`;
  const { items, issues } = parseBridgeFdb({ path: 'bridge-fdb.txt', bytes: new TextEncoder().encode(text) });
  expect(items).toEqual([
    { mac: '33:33:00:00:00:01', port: 'cni0', isPermanent: true },
    { mac: '1e:76:30:7b:66:b2', port: 'veth4bf43cdb', bridge: 'cni0', isPermanent: false },
    { mac: '72:75:d8:cd:89:b8', port: 'veth4bf43cdb', bridge: 'cni0', isPermanent: true },
  ]);
  expect(issues).toMatchObject([{ line: 4 }]);
});

test('entries of a VXLAN interface name the machine, in text and in JSON', () => {
  const text = '3e:0a:00:00:00:02 dev flannel.1 dst 192.168.90.12 self permanent\n';
  const json = JSON.stringify([
    {
      mac: '3e:0a:00:00:00:02',
      ifname: 'flannel.1',
      dst: '192.168.90.12',
      flags: ['self'],
      state: 'permanent',
    },
  ]);
  for (const each of [text, json]) {
    const { items } = parseBridgeFdb({ path: 'bridge-fdb', bytes: new TextEncoder().encode(each) });
    expect(items).toEqual([
      { mac: '3e:0a:00:00:00:02', port: 'flannel.1', isPermanent: true, remote: parseIp('192.168.90.12') },
    ]);
  }
});
