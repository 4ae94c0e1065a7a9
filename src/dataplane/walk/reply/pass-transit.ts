import { PROTOCOL } from '../../../model/protocol.ts';
import { CT_STATE } from '../../ruleset/rule-parts.ts';
import { nextNodeOf } from '../next-node.ts';
import type { Leg, PacketState, Trail } from '../packet-state.ts';
import { formatRoute, lookUpRoute } from '../route-lookup.ts';
import { referenceToRoute } from '../route-packet.ts';
import type { WalkContext } from '../walk-context.ts';
import { walkHook } from '../walk-hook.ts';
import { RETURNS, type ReplyFate, SKIPPED } from './reply-fate.ts';
import { replyAt } from './reply-state.ts';

/**
 * The fate of a reply at a node that only passed the packet on, because a route leads by way of it: the reply comes the same way, or past the node, whose
 * connection tracking then sees one direction and takes all but the first packet for INVALID. Undefined where the node translated, or nothing leads on.
 * *Source:* linux/net/netfilter/nf_conntrack_proto_tcp.c `tcp_conntracks` (an ACK in SYN_SENT).
 */
export function passTransit(
  context: WalkContext,
  state: PacketState,
  { value: leg, rest }: Trail<Leg>,
  end: Leg,
): ReplyFate | undefined {
  const { node, after } = leg;
  if (leg.isTranslated || rest === undefined || leg.arrivedBy === '' || leg.leftBy === '') return undefined;
  const place = context.network.placeOf(after.source);
  if (place === undefined || place.node === node.name) return undefined;
  const key = { destination: after.source, source: after.destination };
  const next = nextNodeOf(context.network, end.node, key, place);
  if (next.kind !== 'node') return undefined;
  if (next.name === node.name) return RETURNS;
  if (state.protocol !== PROTOCOL.tcp || !leg.isTracked) return SKIPPED;
  const half = replyAt(state, leg);
  half.stage = 'forward';
  [half.source, half.sourcePort] = [after.source, after.sourcePort];
  [half.destination, half.destinationPort] = [after.destination, after.destinationPort];
  [half.iif, half.oif] = [leg.arrivedBy, leg.leftBy];
  half.ctstate = CT_STATE.INVALID;
  half.ctstatus = 0;
  half.isReply = false;
  const branches = walkHook(context, half, 'forward');
  const stopped = branches.filter(({ result }) => result !== undefined && result !== 'unknown');
  if (stopped.length === 0) return SKIPPED;
  const from = rest.value.node;
  const route = lookUpRoute(from, { destination: after.destination });
  if (route.kind !== 'route') return undefined;
  const why = `leads by way of ${node.name}, which sees one direction of the connection and drops it as INVALID`;
  return {
    returns: stopped.length === branches.length ? false : 'unknown',
    lostBy: {
      ...referenceToRoute(from, route.route),
      table: 'detour',
      rule: `${formatRoute(route.route)}: ${why}`,
    },
    why,
  };
}
