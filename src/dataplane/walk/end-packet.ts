import type { PacketResult } from '../../model/packet.ts';
import type { PacketState } from './packet-state.ts';
import type { Direction } from './route-packet.ts';
import type { RuleReference, Unknown } from './trace.ts';

/** Ends the branch with `result`; `by` is what decided. */
export function endPacket(state: PacketState, result: PacketResult, by: RuleReference | undefined): void {
  state.result = result;
  state.decidedBy = by;
}

/** Ends the branch as unknown, for the reason `text`, with the rule or setting at which the walk stopped. */
export function endUnknown(state: PacketState, text: string, rule?: RuleReference): void {
  noteUnknown(state, text, rule);
  endPacket(state, 'unknown', rule);
}

/** Ends the branch on its way from one node to another, of which nothing is known. */
export function endBeyond(state: PacketState, text: string, rule?: RuleReference): void {
  const value: Unknown = { text, isBeyond: true, ...(rule === undefined ? {} : { rule }) };
  state.unknowns = { value, rest: state.unknowns };
  endPacket(state, 'unknown', rule);
}

/** Notes something that could not be decided but does not end the branch. */
export function noteUnknown(state: PacketState, text: string, rule?: RuleReference): void {
  const value: Unknown = rule === undefined ? { text } : { text, rule };
  state.unknowns = { value, rest: state.unknowns };
}

/** Ends the branch where the routing decision ends it. */
export function endByRoute(
  state: PacketState,
  direction: Exclude<Direction, { kind: 'local' } | { kind: 'out' }>,
): void {
  switch (direction.kind) {
    case 'refused':
      state.rejectedWith = direction.with;
      endPacket(state, 'rejected', direction.by);
      return;
    case 'dropped':
      endPacket(state, 'dropped', direction.by);
      return;
    case 'no-route':
      endPacket(state, 'unroutable', direction.by);
      return;
  }
}
