import { formatIp } from '../../../model/address.ts';
import type { NodeState } from '../../node-state.ts';
import { addressTypeOf } from '../local-addresses.ts';
import type { Leg } from '../packet-state.ts';
import type { RuleReference } from '../trace.ts';
import type { WalkContext } from '../walk-context.ts';

/** Whether the reply comes back to the client through every translation, and what loses it where that can be named. */
export interface ReplyFate {
  readonly returns: boolean | 'unknown';
  readonly lostBy?: RuleReference;
  readonly why?: string;
}

/** The reply gets on, with every translation undone so far. */
export const RETURNS: ReplyFate = { returns: true };

/** The reply does not come by the node, and need not. */
export const SKIPPED: ReplyFate = { returns: true };

/** Whether the source that the leg went on with is an address of `node` or of a pod there; undefined where no object knows it, and the node's own were not read. */
export function isOn(context: WalkContext, node: NodeState, leg: Leg): boolean | undefined {
  const { source } = leg.after;
  const place = context.network.placeOf(source);
  if (place !== undefined) return place.node === node.name;
  const type = addressTypeOf(context.network, node, source);
  return type === undefined ? undefined : type === 'local';
}

/** What it means that this is not known. */
export function addressesNotRead({ node, after }: Leg): ReplyFate {
  return {
    returns: 'unknown',
    why: `whether ${formatIp(after.source)} is reached by ${node.name}, whose addresses and routes were not read`,
  };
}
