import type { ConntrackEntry } from '../../dataplane/conntrack/entry.ts';
import { formatAddressPort, formatIp } from '../../model/address.ts';
import { PROTOCOL } from '../../model/protocol.ts';
import { findNode } from '../../intent/nodes-of.ts';
import { type KernelVersion, isBefore, kernelOf } from '../../world/kernel-of.ts';
import { type Check, defineCheck } from '../check.ts';

/** Ports that a translated source may get, where its own is not below 1024. *Source:* linux net/netfilter/nf_nat_core.c, `nf_nat_l4proto_unique_tuple`. */
const PORTS = 65_536 - 1024;

/** The kernel tries 240 ports, by chance (128, 64, 32, 16): with so many in use it finds none for one connection in eleven. */
const TOO_MANY = 0.99;

/** Here for one in 200,000. */
const MANY = 0.95;

/** From here on a connection that has ended gives its port to a new one. *Source:* linux net/netfilter/nf_nat_core.c, `nf_nat_may_kill`. */
const GIVES_PORTS: KernelVersion = [6, 7, 0];

/** A node has no more source ports for connections to one address and port. */
export const sourcePortsLeft: Check = defineCheck({
  id: 'node/source-ports-left',
  asserts: 'every node has source ports left for connections that it masquerades',
  faults: ['C03'],
  needs: ['conntrack'],
  isClusterWide: true,
  *run({ world }) {
    for (const [node, { conntrack = [] }] of world.nodeStates) {
      if (conntrack.length < PORTS * MANY) continue;
      const kernel = kernelOf(findNode(world, node));
      const isHeld = kernel !== undefined && isBefore(kernel, GIVES_PORTS);
      const holding = isHeld ? conntrack : conntrack.filter(({ state = '' }) => !ENDED.has(state));
      for (const { ports, entry } of usesOf(holding)) {
        if (ports.size < PORTS * MANY) continue;
        const { source, sourcePort = 0, destination } = entry.reply;
        const to = formatAddressPort(source, sourcePort);
        const isOut = ports.size >= PORTS * TOO_MANY;
        yield {
          severity: isOut ? 'error' : 'warning',
          subject: `Node ${node}`,
          node,
          share: [0, isOut ? 1 : 0],
          summary: `${node} masquerades ${ports.size} connections to ${to} as ${formatIp(destination)}, of ${PORTS} that it can tell apart: ${isOut ? 'new ones get no port and are dropped' : 'few are left'}`,
          evidence: [
            {
              source: `connection table of ${node}`,
              location: `conntrack line ${entry.line}`,
              text: `${ports.size} source ports of ${formatIp(destination)} are in use to ${to}`,
            },
          ],
          remedy: {
            text: 'spread the connections over more endpoints or more nodes, keep them open and reuse them, or keep the clients’ addresses (externalTrafficPolicy: Local)',
            commands: [
              `conntrack -L -p ${entry.protocol === PROTOCOL.udp ? 'udp' : 'tcp'} --reply-src ${formatIp(source)} | wc -l   # on ${node}`,
            ],
          },
        };
      }
    }
  },
});

const ENDED = new Set(['TIME_WAIT', 'CLOSE']);

interface Use {
  readonly ports: Set<number>;
  readonly entry: ConntrackEntry;
}

/** Connections with another source than the client's, by what all of them have in common. */
function usesOf(conntrack: readonly ConntrackEntry[]): Iterable<Use> {
  const uses = new Map<string, Use>();
  for (const entry of conntrack) {
    const { original, reply, protocol } = entry;
    if (reply.destination === original.source || reply.destinationPort === undefined) continue;
    const key = `${protocol} ${reply.destination} ${reply.source} ${reply.sourcePort}`;
    const use = uses.get(key);
    if (use === undefined) uses.set(key, { ports: new Set([reply.destinationPort]), entry });
    else use.ports.add(reply.destinationPort);
  }
  return uses.values();
}
