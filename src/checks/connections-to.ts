import type { ConntrackEntry } from '../dataplane/conntrack/entry.ts';
import type { Endpoint } from '../model/frontend.ts';
import { PROTOCOL } from '../model/protocol.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';

/** A TCP connection, and the node in whose table it stands. */
export interface TrackedConnection {
  readonly node: string;
  readonly entry: ConntrackEntry;
}

/** The TCP connections to `endpoint` in the tables of all nodes. */
export function connectionsTo(world: World, endpoint: Endpoint): readonly TrackedConnection[] {
  return byEndpoint(world).get(keyOf(endpoint.address, endpoint.port)) ?? [];
}

// Tables hold hundreds of thousands of entries, and every endpoint of an audit asks.
const byEndpoint = perWorld(({ nodeStates }): ReadonlyMap<string, readonly TrackedConnection[]> => {
  const found = new Map<string, TrackedConnection[]>();
  for (const [node, { conntrack = [] }] of nodeStates) {
    for (const entry of conntrack) {
      if (entry.protocol !== PROTOCOL.tcp || entry.reply.sourcePort === undefined) continue;
      const key = keyOf(entry.reply.source, entry.reply.sourcePort);
      const list = found.get(key);
      if (list === undefined) found.set(key, [{ node, entry }]);
      else list.push({ node, entry });
    }
  }
  return found;
});

function keyOf(address: Endpoint['address'], port: number): string {
  return `${address} ${port}`;
}
