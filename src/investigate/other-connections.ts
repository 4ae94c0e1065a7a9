import type { Trace } from '../dataplane/walk/trace.ts';
import { formatAddressPort, formatIp } from '../model/address.ts';
import type { Gap } from '../model/evidence.ts';
import { protocolName } from '../model/protocol.ts';
import type { World } from '../world/world.ts';

/**
 * Connections of the packet's client that exist already and lead elsewhere than a new one: the answer is of a new one, and says how to
 * ask for these. Undefined where there are none, or where the packet has a source port of its own.
 */
export function otherConnections(world: World, node: string, { packet, outcomes }: Trace): Gap | undefined {
  const { source, sourcePort, destination, destinationPort, protocol } = packet;
  if (sourcePort !== undefined) return undefined;
  const ends = new Set(outcomes.map((each) => `${each.destination.address} ${each.destination.port}`));
  const others = (world.nodeStates.get(node)?.conntrack ?? []).filter(
    ({ original, reply, ...entry }) =>
      entry.protocol === protocol &&
      original.source === source &&
      original.destination === destination &&
      original.destinationPort === destinationPort &&
      !ends.has(`${reply.source} ${reply.sourcePort}`),
  );
  const [first] = others;
  if (first === undefined) return undefined;
  const { original, reply, line } = first;
  const one = formatAddressPort(original.source, original.sourcePort ?? 0);
  const to = formatAddressPort(destination, destinationPort ?? 0);
  return {
    what: `connections of ${formatIp(source)} that exist already (${others.length} to another end)`,
    why: `this is a new connection; ${one} keeps going to ${formatAddressPort(reply.source, reply.sourcePort ?? 0)} (conntrack of ${node}, line ${line})`,
    unlock: `plumb trace --src ${one} --dst ${to}/${protocolName(protocol)}`,
    node,
  };
}
