import type { ConntrackEntry } from '../dataplane/conntrack/entry.ts';
import type { NodeState } from '../dataplane/node-state.ts';
import { formatAddressPort, formatIp } from '../model/address.ts';
import { byKey } from '../model/by-key.ts';
import type { Evidence } from '../model/evidence.ts';
import { PROTOCOL } from '../model/protocol.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';
import type { TrackedConnection } from './connections-to.ts';

/** TCP connections on which a client sent what nobody acknowledged, by where it sent to (`10.96.0.7:80`). Every Service of an audit asks. */
export const waitingConnections: (world: World) => ReadonlyMap<string, readonly TrackedConnection[]> =
  perWorld(({ nodeStates }) =>
    byKey(
      [...nodeStates].flatMap(([node, state]) =>
        (state.conntrack ?? []).filter((entry) => isWaiting(state, entry)).map((entry) => ({ node, entry })),
      ),
      ({ entry: { original } }) => formatAddressPort(original.destination, original.destinationPort ?? 0),
    ),
  );

/**
 * A first packet without an answer, or data without an acknowledgement: the kernel keeps an established connection for days, and for five minutes
 * from such data on. *Source:* linux net/netfilter/nf_conntrack_proto_tcp.c, IP_CT_TCP_FLAG_DATA_UNACKNOWLEDGED.
 */
function isWaiting(node: NodeState, entry: ConntrackEntry): boolean {
  const { protocol, state, isUnreplied, timeoutSeconds = Infinity } = entry;
  if (protocol !== PROTOCOL.tcp) return false;
  if (isUnreplied) return state === 'SYN_SENT' || state === 'ESTABLISHED';
  const setting = (name: string, usual: number): number =>
    Number(node.sysctls?.get(`net.netfilter.nf_conntrack_tcp_timeout_${name}`) ?? usual);
  const unacknowledged = setting('unacknowledged', 300);
  return (
    state === 'ESTABLISHED' &&
    timeoutSeconds <= unacknowledged &&
    setting('established', 432_000) > 2 * unacknowledged
  );
}

/** The first few of `connections` as evidence. */
export function waitingEvidence(connections: readonly TrackedConnection[]): Evidence[] {
  return connections.slice(0, 4).map(({ node, entry }) => ({
    source: `nodes/${node}`,
    location: `conntrack line ${entry.line}`,
    text: textOf(entry),
  }));
}

function textOf({ original, reply, state, timeoutSeconds, isUnreplied }: ConntrackEntry): string {
  const from = formatAddressPort(original.source, original.sourcePort ?? 0);
  const to = formatAddressPort(original.destination, original.destinationPort ?? 0);
  return `tcp ${timeoutSeconds ?? '?'} s ${state} ${from} to ${to}${isUnreplied ? ' [UNREPLIED]' : ''}, answered by ${formatIp(reply.source)}`;
}
