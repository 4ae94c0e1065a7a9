import { expect, it } from 'vitest';
import type { Trace } from '../dataplane/walk/trace.ts';
import { type Ip, parseIp } from '../model/address.ts';
import { PROTOCOL } from '../model/protocol.ts';
import { otherConnections } from './other-connections.ts';
import { worldOf } from './world-fixture.ts';

const [client, service, now, once] = ['10.244.1.2', '10.96.0.10', '10.244.1.5', '10.244.1.6'].map(
  (text) => parseIp(text) ?? 0,
) as [Ip, Ip, Ip, Ip];

function asked(to: Ip, sourcePort?: number): ReturnType<typeof otherConnections> {
  const world = worldOf({});
  const state = world.nodeStates.get('node-a');
  if (state === undefined) throw new Error('no node-a');
  const original = { source: client, sourcePort: 4000, destination: service, destinationPort: 53 };
  const reply = { source: to, sourcePort: 5353, destination: client, destinationPort: 4000 };
  const udp = { protocol: PROTOCOL.udp, isUnreplied: true, isAssured: false };
  const conntrack = [{ ...udp, original, reply, line: 7 }];
  const packet = { source: client, destination: service, destinationPort: 53, protocol: PROTOCOL.udp };
  const trace: Trace = {
    packet: sourcePort === undefined ? packet : { ...packet, sourcePort },
    outcomes: [
      {
        probability: [1, 1],
        result: 'delivered',
        destination: { address: now, port: 5353 },
        node: 'node-a',
        sourceNat: 'none',
        translatedBy: [],
        replyReturns: true,
        steps: [],
        unknowns: [],
      },
    ],
  };
  return otherConnections(
    { ...world, nodeStates: new Map([['node-a', { ...state, conntrack }]]) },
    'node-a',
    trace,
  );
}

it('names a connection of the client that leads elsewhere, and how to ask for it', () => {
  expect(asked(once)).toMatchObject({
    what: 'connections of 10.244.1.2 that exist already (1 to another end)',
    unlock: 'plumb trace --src 10.244.1.2:4000 --dst 10.96.0.10:53/udp',
  });
});

it('is silent where it leads to the same end, or where the packet is one of a port of its own', () => {
  expect(asked(now)).toBeUndefined();
  expect(asked(once, 4000)).toBeUndefined();
});
