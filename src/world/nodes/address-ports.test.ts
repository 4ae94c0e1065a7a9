import { expect, test } from 'vitest';
import { parseIpv4 } from '../../model/address.ts';
import { addressPorts } from './address-ports.ts';

test('a port has the addresses whose hardware address the bridge learned behind it', () => {
  const ports = ['veth1', 'veth2'].map((name, line) => ({
    name,
    bridge: 'cni0',
    source: 'bridge-link.txt',
    line,
  }));
  const address = parseIpv4('10.244.2.14') ?? 0;
  const named = addressPorts(
    ports,
    [
      { mac: '72:75:d8:cd:89:b8', port: 'veth1', bridge: 'cni0', isPermanent: true },
      { mac: '1e:76:30:7b:66:b2', port: 'veth2', bridge: 'cni0', isPermanent: false },
    ],
    [{ address, device: 'cni0', lladdr: '1e:76:30:7b:66:b2', state: 'STALE' }],
  );
  expect(named.map(({ addresses }) => addresses)).toEqual([undefined, [address]]);
});
