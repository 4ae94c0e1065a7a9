import { expect, it } from 'vitest';
import { parseIp } from '../model/address.ts';
import { PROTOCOL } from '../model/protocol.ts';
import { assumeNodeAddress } from './assume-node-address.ts';
import { node, service, worldOf } from './world-fixture.ts';

const address = parseIp('192.0.2.7') ?? 0;
const packet = {
  source: 1,
  destination: address,
  destinationPort: 30080,
  protocol: PROTOCOL.tcp,
};
const web = service('shop', 'web', { ports: [{ port: 80, nodePort: 30080 }] });

it('takes an address that nobody knows for the node, where a node port is asked for, and says so', () => {
  const assumed = assumeNodeAddress(worldOf({ services: [web] }), packet, 'node-a');
  expect(assumed?.network.placeOf(address)).toEqual({ node: 'node-a', isHostNetwork: true });
  expect(assumed?.gap.why).toBe(
    'they were not read; 192.0.2.7 is taken for one of them, since 30080 is a node port of Service shop/web',
  );
});

it.each([
  ['another port', worldOf({ services: [web] }), { ...packet, destinationPort: 30081 }],
  ['another protocol', worldOf({ services: [web] }), { ...packet, protocol: PROTOCOL.udp }],
  ['the Node object', worldOf({ services: [web], nodes: [node('node-a', '192.0.2.9')] }), packet],
  [
    'an external address of a Service',
    worldOf({ services: [web, service('shop', 'other', { externalIPs: ['192.0.2.7'] })] }),
    packet,
  ],
])('assumes nothing with %s', (_, world, sent) => {
  expect(assumeNodeAddress(world, sent, 'node-a')).toBeUndefined();
});
