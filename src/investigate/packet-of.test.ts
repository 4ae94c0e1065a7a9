import { describe, expect, it } from 'vitest';
import { parseIp } from '../model/address.ts';
import { PROTOCOL } from '../model/protocol.ts';
import { packetOf } from './packet-of.ts';
import type { TraceQuestion } from './questions.ts';
import { node, pod, service, worldOf } from './world-fixture.ts';

const objects = {
  services: [
    service('shop', 'web', { clusterIPs: ['10.96.0.7', 'fd00:96::7'] }),
    service('shop', 'dns', {
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    }),
    service('shop', 'headless', { clusterIP: 'None' }),
  ],
  pods: [
    pod('shop', 'client', '10.244.1.2'),
    pod('shop', 'client6', 'fd00:244::2'),
    pod('shop', 'host', '192.168.0.1', { hostNetwork: true }),
  ],
  nodes: [node('node-a', '192.168.0.1'), node('node-b', '192.168.0.2')],
};
const world = worldOf(objects, { ruled: ['node-a', 'node-b'] });
const web = { kind: 'service', namespace: 'shop', name: 'web', port: 80 } as const;

function address(text: string): { kind: 'address'; address: number | bigint } {
  const ip = parseIp(text);
  if (ip === undefined) throw new Error(`no address: ${text}`);
  return { kind: 'address', address: ip };
}

function ask(
  source: TraceQuestion['source'],
  destination: TraceQuestion['destination'] = web,
  more: Partial<TraceQuestion> = {},
): ReturnType<typeof packetOf> {
  return packetOf(world, { source, destination, ...more });
}

describe('packetOf: the source', () => {
  it('is a pod on its node', () => {
    expect(ask({ kind: 'pod', namespace: 'shop', name: 'client' })).toEqual({
      vantage: { kind: 'pod', node: 'node-a', address: parseIp('10.244.1.2'), pod: 'shop/client' },
      client: 'pod shop/client on node-a',
      packet: {
        source: parseIp('10.244.1.2'),
        destination: parseIp('10.96.0.7'),
        destinationPort: 80,
        protocol: PROTOCOL.tcp,
      },
    });
  });

  it('is the node itself for a pod on the host network', () => {
    expect(ask({ kind: 'pod', namespace: 'shop', name: 'host' }).vantage).toMatchObject({
      kind: 'node',
      node: 'node-a',
    });
  });

  it('is known by its address: a pod, a node, or outside at the node that is said', () => {
    expect(ask(address('10.244.1.2')).vantage).toMatchObject({ kind: 'pod', pod: 'shop/client' });
    expect(ask(address('192.168.0.2')).vantage).toMatchObject({ kind: 'node', node: 'node-b' });
    expect(ask(address('203.0.113.5'), web, { node: 'node-b' }).vantage).toMatchObject({
      kind: 'external',
      node: 'node-b',
    });
  });

  it('is the node itself for a loopback address', () => {
    const single = worldOf(objects);
    expect(packetOf(single, { source: address('127.0.0.1'), destination: web })).toMatchObject({
      vantage: { kind: 'node', node: 'node-a' },
      packet: { source: parseIp('127.0.0.1') },
    });
  });

  it('from outside needs the node where it arrives, unless there is only one', () => {
    expect(() => ask(address('203.0.113.5'))).toThrow(/not said where the packet arrives/);
    const single = worldOf(objects);
    expect(packetOf(single, { source: address('203.0.113.5'), destination: web }).vantage.node).toBe(
      'node-a',
    );
  });

  it('is of the family of a destination, or refused', () => {
    expect(ask({ kind: 'pod', namespace: 'shop', name: 'client6' }).packet.destination).toBe(
      parseIp('fd00:96::7'),
    );
    expect(() => ask({ kind: 'node', name: 'node-a' }, address('fd00:96::7'))).toThrow(/no IPv6 address/);
  });

  it('must be there', () => {
    expect(() => ask({ kind: 'pod', namespace: 'shop', name: 'clint' })).toThrow(
      expect.objectContaining({ hint: 'did you mean shop/client?' }),
    );
  });
});

describe('packetOf: the destination', () => {
  const client = { kind: 'pod', namespace: 'shop', name: 'client' } as const;

  it('is a Service port by number, by name, or the only one', () => {
    expect(ask(client, { ...web, port: 'http' }).packet.destinationPort).toBe(80);
    expect(ask(client, { kind: 'service', namespace: 'shop', name: 'web' }).packet.destinationPort).toBe(80);
  });

  it('has the protocol of the Service port, unless another is said', () => {
    const dns = { kind: 'service', namespace: 'shop', name: 'dns', port: 53 } as const;
    expect(ask(client, dns).packet.protocol).toBe(PROTOCOL.udp);
    expect(ask(client, dns, { protocol: PROTOCOL.tcp }).packet.protocol).toBe(PROTOCOL.tcp);
  });

  it('may be a port that the Service does not have: clients dial those too', () => {
    expect(ask(client, { ...web, port: 8080 }).packet.destinationPort).toBe(8080);
  });

  it.each([
    [{ ...web, name: 'wbe' }, /there is no Service shop\/wbe/],
    [{ ...web, name: 'headless' }, /no cluster IP \(headless\)/],
    [{ ...web, port: 'htp' }, /has no port htp/],
    [{ kind: 'service', namespace: 'shop', name: 'dns' }, /has 2 ports/],
  ] as const)('%j is refused', (destination, message) => {
    expect(() => ask(client, destination)).toThrow(message);
  });
});
