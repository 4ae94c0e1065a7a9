import { CT_STATUS } from '../ruleset/rule-parts.ts';
import { deliverPacket } from './deliver-packet.ts';
import { scheduleIpvs } from './ipvs.ts';
import type { Next, PacketState } from './packet-state.ts';
import { routeIncoming } from './route-incoming.ts';
import { passUnwalked } from './unwalked-chains.ts';
import type { WalkContext } from './walk-context.ts';
import { walkHook } from './walk-hook.ts';
import {
  IPVS_INPUT,
  routeOutgoing,
  walkIpvsOutput,
  walkOutput,
  walkTranslatedOutput,
} from './walk-output.ts';

/** Carries `state` through the stage it stands in, and hands every branch that comes out to `next`. */
export function walkStage(context: WalkContext, state: PacketState, next: Next): void {
  context.recorder?.stand(state.node);
  switch (state.stage) {
    case 'prerouting':
      walkPrerouting(context, state, next);
      return;
    case 'route-in':
      routeIncoming(context, state, next);
      return;
    case 'input':
      walkInput(context, state, next);
      return;
    case 'forward':
      passHook(context, state, next, 'forward', 'postrouting');
      return;
    case 'route-out':
      routeOutgoing(context, state, next);
      return;
    case 'output':
      walkOutput(context, state, next);
      return;
    case 'output-translated':
      walkTranslatedOutput(context, state, next);
      return;
    case 'ipvs-output':
      walkIpvsOutput(context, state, next);
      return;
    case 'postrouting':
      walkPostrouting(context, state, next);
      return;
    case 'deliver':
      deliverPacket(context, state, next);
      return;
  }
}

function walkPrerouting(context: WalkContext, state: PacketState, next: Next): void {
  passUnwalked(state, next);
  for (const branch of walkHook(context, state, 'prerouting')) {
    branch.needsReroute = false;
    branch.stage = 'route-in';
    next(branch);
  }
}

function walkInput(context: WalkContext, state: PacketState, next: Next): void {
  state.oif = '';
  const { ipvs } = state.node;
  if (ipvs === undefined || ipvs.length === 0 || state.isIpvs) {
    passHook(context, state, next, 'input', 'deliver');
    return;
  }
  for (const branch of walkHook(context, state, 'input', -Infinity, IPVS_INPUT - 1)) {
    if (branch.result !== undefined) {
      next(branch);
      continue;
    }
    const scheduled = scheduleIpvs(context, branch);
    if (scheduled !== undefined) {
      for (const one of scheduled) {
        one.stage = 'ipvs-output';
        next(one);
      }
      continue;
    }
    for (const rest of walkHook(context, branch, 'input', IPVS_INPUT)) {
      rest.stage = 'deliver';
      next(rest);
    }
  }
}

function walkPostrouting(context: WalkContext, state: PacketState, next: Next): void {
  for (const branch of walkHook(context, state, 'postrouting')) {
    branch.ctstatus |= CT_STATUS.CONFIRMED;
    if (branch.result === undefined && branch.oif === 'lo') {
      branch.iif = 'lo';
      branch.oif = '';
      branch.stage = 'prerouting';
      next(branch);
      continue;
    }
    branch.stage = 'deliver';
    next(branch);
  }
}

function passHook(
  context: WalkContext,
  state: PacketState,
  next: Next,
  hook: 'input' | 'forward' | 'output',
  stage: PacketState['stage'],
): void {
  for (const branch of walkHook(context, state, hook)) {
    branch.stage = stage;
    next(branch);
  }
}
