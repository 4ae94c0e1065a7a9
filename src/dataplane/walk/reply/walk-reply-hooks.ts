import type { Hook } from '../../ruleset/ruleset.ts';
import type { Leg, PacketState } from '../packet-state.ts';
import type { RuleReference } from '../trace.ts';
import { type WalkContext, addStep } from '../walk-context.ts';
import { walkHook } from '../walk-hook.ts';
import type { ReplyFate } from './reply-fate.ts';

/** Walks `reply` through `hooks` of the node of `leg`; undefined where no rule may stop it. The steps are added to `state`. */
export function walkReplyHooks(
  context: WalkContext,
  state: PacketState,
  reply: PacketState,
  leg: Leg,
  hooks: readonly Hook[],
): ReplyFate | undefined {
  let isStopped = false;
  let lostBy: RuleReference | undefined;
  let passes = false;
  let pending: PacketState[] = [reply];
  for (const hook of hooks) {
    const after: PacketState[] = [];
    for (const one of pending) {
      if (hook === 'input') one.oif = '';
      if (hook === 'forward' || hook === 'postrouting') one.oif = leg.arrivedBy;
      for (const branch of passTranslated(context, one, leg, hook)) {
        if (branch.result === undefined) after.push(branch);
        else {
          isStopped = true;
          lostBy ??= branch.decidedBy;
          if (branch.result === 'unknown') passes = true;
        }
      }
    }
    pending = after;
  }
  passes ||= pending.length > 0;
  if (context.isVerbose) {
    for (const branch of pending.slice(0, 1)) {
      for (const step of stepsOf(branch)) addStep(context, state, 'reply', step.text, step.rule);
    }
  }
  if (!isStopped) return undefined;
  const because = lostBy === undefined ? {} : { lostBy };
  const which = `a rule of ${leg.node.name}${lostBy === undefined ? '' : ` (${lostBy.rule})`}`;
  return passes
    ? { returns: 'unknown', why: `${which} may stop replies`, ...because }
    : { returns: false, why: `${which} stops replies`, ...because };
}

// Translation is undone at the places where it was made: the destination first, the source last.
function passTranslated(context: WalkContext, reply: PacketState, leg: Leg, hook: Hook): PacketState[] {
  const at = hook === 'prerouting' || hook === 'output' ? -100 : 100;
  if (hook === 'forward') return walkHook(context, reply, hook);
  const through: PacketState[] = [];
  for (const branch of walkHook(context, reply, hook, -Infinity, at)) {
    if (branch.result !== undefined) {
      through.push(branch);
      continue;
    }
    if (at < 0) {
      branch.destination = leg.before.source;
      branch.destinationPort = leg.before.sourcePort;
    } else {
      branch.source = leg.before.destination;
      branch.sourcePort = leg.before.destinationPort;
    }
    through.push(...walkHook(context, branch, hook, at + 1));
  }
  return through;
}

function stepsOf(state: PacketState): { text: string; rule?: RuleReference }[] {
  const steps: { text: string; rule?: RuleReference }[] = [];
  for (let at = state.steps; at !== undefined; at = at.rest) steps.push(at.value);
  return steps.reverse();
}
