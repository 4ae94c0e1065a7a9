import { listensOn } from '../../dataplane/sockets/listens-on.ts';
import { type Ip, formatAddressPort } from '../../model/address.ts';
import type { Endpoint, Frontend } from '../../model/frontend.ts';
import { protocolName } from '../../model/protocol.ts';
import type { World } from '../../world/world.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';

/** An endpoint in the network of its node has no socket there, one on loopback only, or one whose queue is full. */
export const listening: Check = defineCheck({
  id: 'endpoints/listening',
  asserts: 'a process of every endpoint in a node’s own network listens on its port',
  faults: ['P01', 'P02', 'S03', 'P04'],
  needs: ['verifications', 'endpointSlices', 'sockets'],
  *run({ world, subject, verifications }) {
    const name = `Service ${subject.namespace}/${subject.name}`;
    const seen = new Set<string>();
    for (const { expectation } of verifications) {
      for (const endpoint of expectation.endpoints) {
        if (world.network.placeOf(endpoint.address)?.isHostNetwork !== true) continue;
        const text = `${formatAddressPort(endpoint.address, endpoint.port)}/${protocolName(expectation.frontend.protocol)}`;
        if (seen.has(text)) continue;
        seen.add(text);
        const share = 1 / expectation.endpoints.length;
        const problem = problemOf(world, endpoint, expectation.frontend, text);
        if (problem) yield { subject: name, share: [share, share], ...problem };
      }
    }
  },
});

function problemOf(
  world: World,
  endpoint: Endpoint,
  { protocol }: Frontend,
  text: string,
): Omit<Problem, 'subject'> | undefined {
  const place = world.network.placeOf(endpoint.address);
  const sockets =
    place?.isHostNetwork === true && endpoint.pod !== undefined
      ? world.nodeStates.get(place.node)?.sockets
      : undefined;
  if (place === undefined || sockets === undefined) return undefined;
  // `ss -lt` lists none of UDP, and `ss -t` none that listens.
  if (!sockets.some((socket) => socket.protocol === protocol)) return undefined;
  const onPort = sockets.filter((socket) => socket.protocol === protocol && socket.port === endpoint.port);
  const own = onPort.filter((socket) => listensOn(socket, endpoint.address));
  const full = own.find(({ waiting = 0, backlog = 0 }) => backlog > 0 && waiting >= backlog);
  if (own.length > 0 && full === undefined) return undefined;
  const isOnLoopback = onPort.some(({ address }) => address !== undefined && isLoopback(address));
  const { node } = place;
  const found = full ?? onPort[0];
  return {
    severity: 'error',
    node,
    faults: full ? ['P04'] : isOnLoopback ? ['P01', 'P02'] : ['P02', 'S03'],
    summary: full
      ? `${text} on ${node} has ${full.waiting} connections waiting and room for no more: its process does not accept`
      : `nothing listens on ${text} on ${node}${isOnLoopback ? ': the process there listens on loopback only' : ''}: every connection to it is refused`,
    evidence: [
      found === undefined
        ? { source: `sockets of ${node}`, text: `no socket on port ${endpoint.port}` }
        : {
            source: found.source,
            location: `line ${found.line}`,
            text: found.address === undefined ? '*' : formatAddressPort(found.address, found.port),
          },
    ],
    remedy: {
      text: full
        ? 'see what the process is busy with'
        : 'let the process listen on every address, on the port of the endpoint',
      commands: [`ss -lntup 'sport = :${endpoint.port}'   # on ${node}`],
    },
  };
}

function isLoopback(address: Ip): boolean {
  return typeof address === 'number' ? address >>> 24 === 127 : address === 1n;
}
