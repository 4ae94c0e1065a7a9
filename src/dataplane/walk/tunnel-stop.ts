import type { Ip } from '../../model/address.ts';
import { PROTOCOL } from '../../model/protocol.ts';
import type { NodeState } from '../node-state.ts';
import type { Hook } from '../ruleset/ruleset.ts';
import type { PacketState } from './packet-state.ts';
import { lookUpRoute } from './route-lookup.ts';
import { plainReference } from './rule-reference.ts';
import { startState } from './start-state.ts';
import type { RuleReference } from './trace.ts';
import type { WalkContext } from './walk-context.ts';
import { walkHook } from './walk-hook.ts';

/** The datagrams that carry packets from one node to another. */
export interface Tunnel {
  readonly device: string;
  readonly from: Ip;
  readonly to: Ip;
  /** The UDP port that they go to. */
  readonly port: number;
}

const stops = new WeakMap<NodeState, WeakMap<NodeState, Map<number, RuleReference | undefined>>>();

/**
 * The rule of `from` or `to` that stops each datagram of `tunnel` between them; undefined where none does, or it cannot be told. What carries the packets is
 * made on one node and taken in by the other: it passes the hooks for their own traffic, not those that the packets inside pass.
 */
export function tunnelStop(
  context: WalkContext,
  from: NodeState,
  to: NodeState,
  tunnel: Tunnel,
): RuleReference | undefined {
  let byTarget = stops.get(from);
  if (byTarget === undefined) stops.set(from, (byTarget = new WeakMap()));
  let byPort = byTarget.get(to);
  if (byPort === undefined) byTarget.set(to, (byPort = new Map()));
  if (!byPort.has(tunnel.port)) {
    const rule = findStop(context, from, to, tunnel);
    byPort.set(
      tunnel.port,
      rule && { ...plainReference(rule), carrier: `UDP ${tunnel.port} of ${tunnel.device}` },
    );
  }
  return byPort.get(tunnel.port);
}

function findStop(
  context: WalkContext,
  from: NodeState,
  to: NodeState,
  tunnel: Tunnel,
): RuleReference | undefined {
  const { recorder } = context;
  // What stops datagrams between two nodes does so for whatever they carry.
  context.recorder = undefined;
  try {
    const out = deviceTo(from, tunnel.to);
    return (
      stopAt(context, datagram(from, tunnel, '', out), ['output']) ??
      stopAt(context, datagram(to, tunnel, deviceTo(to, tunnel.from), ''), ['prerouting', 'input'])
    );
  } finally {
    context.recorder = recorder;
  }
}

function deviceTo(node: NodeState, address: Ip): string | undefined {
  const result = lookUpRoute(node, { destination: address, iif: '' });
  return result.kind === 'route' ? result.route.device : undefined;
}

function stopAt(context: WalkContext, start: PacketState, hooks: readonly Hook[]): RuleReference | undefined {
  let pending = [start];
  for (const hook of hooks) {
    const branches = pending.flatMap((branch) => walkHook(context, branch, hook));
    pending = branches.filter(({ result }) => result === undefined);
    if (branches.some(({ result }) => result === 'unknown')) return undefined;
    if (pending.length === 0)
      return branches.find(({ result }) => result === 'dropped' || result === 'rejected')?.decidedBy;
  }
  return undefined;
}

function datagram(
  node: NodeState,
  { from, to, port }: Tunnel,
  iif: string | undefined,
  oif: string | undefined,
): PacketState {
  const packet = { source: from, destination: to, destinationPort: port, protocol: PROTOCOL.udp };
  return {
    ...startState({}, node, packet),
    stage: iif === '' ? 'output' : 'prerouting',
    iif,
    oif,
    arrivedBy: iif,
  };
}
