import { formatIp } from '../../../model/address.ts';
import type { Hook } from '../../ruleset/ruleset.ts';
import { nextNodeOf } from '../next-node.ts';
import type { Leg, PacketState } from '../packet-state.ts';
import { reversePathBlock } from '../reverse-path.ts';
import { lookUpRoute } from '../route-lookup.ts';
import { tunnelStop } from '../tunnel-stop.ts';
import type { WalkContext } from '../walk-context.ts';
import type { ReplyFate } from './reply-fate.ts';
import { mayStopReplies } from './reply-hazards.ts';
import { replyAt } from './reply-state.ts';
import { walkReplyHooks } from './walk-reply-hooks.ts';

/** What keeps the reply from passing the node of `leg`: no route back, reverse path filtering, rules. Undefined where nothing does. */
export function passNode(context: WalkContext, state: PacketState, leg: Leg): ReplyFate | undefined {
  const { node, after, before } = leg;
  const family = typeof after.destination === 'number' ? 'ip' : 'ip6';
  const first: Hook = leg.leftBy === '' ? 'output' : 'prerouting';
  const middle: Hook | undefined = leg.arrivedBy === '' ? 'input' : leg.leftBy === '' ? undefined : 'forward';
  const back = lookUpRoute(node, { destination: before.source });
  if (back.kind === 'none') {
    return { returns: false, why: `${node.name} has no route back to ${formatIp(before.source)}` };
  }
  const way = wayBack(context, leg);
  if (way !== undefined) return way;
  const hooks: Hook[] = [
    first,
    ...(middle === undefined ? [] : [middle]),
    ...(middle === 'input' ? [] : ['postrouting' as const]),
  ];
  const block =
    first === 'prerouting'
      ? reversePathBlock({
          node,
          iif: leg.leftBy,
          source: after.destination,
          destination: after.source,
          isSourceKnown: true,
          mark: 0,
          protocol: state.protocol,
        })
      : undefined;
  if (block !== undefined) return { returns: false, lostBy: block };
  for (const hook of hooks) {
    if (context.isVerbose || mayStopReplies(node, family, hook)) {
      return walkReplyHooks(context, state, replyAt(state, leg), leg, hooks);
    }
  }
  return undefined;
}

// To a client on another node, the reply needs a route as the packet did.
function wayBack(context: WalkContext, { node, before, after, arrivedBy }: Leg): ReplyFate | undefined {
  const place = context.network.placeOf(before.source);
  if (place === undefined || place.node === node.name || arrivedBy === '') return undefined;
  const key = { destination: before.source, source: after.destination };
  const next = nextNodeOf(context.network, node, key, place);
  if (next.kind === 'node') {
    const target = context.network.nodes.get(next.name);
    const stop = next.tunnel && target && tunnelStop(context, node, target, next.tunnel);
    return stop && { returns: false, lostBy: stop, why: `what carries the reply to ${next.name} is dropped` };
  }
  return next.kind === 'lost'
    ? { returns: false, lostBy: next.by, why: `${node.name} cannot send the reply back` }
    : { returns: 'unknown', lostBy: next.by, why: next.text };
}
