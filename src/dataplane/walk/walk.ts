import { formatIp, formatAddressPort } from '../../model/address.ts';
import type { Packet } from '../../model/packet.ts';
import type { Vantage } from '../../model/vantage.ts';
import type { Network, NodeState } from '../node-state.ts';
import { endUnknown } from './end-packet.ts';
import { enterFromOutside, enterFromPod } from './enter-node.ts';
import { addressTypeOf } from './local-addresses.ts';
import { collectBranches, collectOutcomes, type Slot } from './outcome-tree.ts';
import { type Flows, subjectOf } from './flows/flows.ts';
import { FlowRecorder } from './flows/recorder.ts';
import { type PacketState, forkState, trailValues } from './packet-state.ts';
import { selectSource } from './select-source.ts';
import { startState } from './start-state.ts';
import type { Outcome, Trace } from './trace.ts';
import { addStep, type WalkContext } from './walk-context.ts';
import { walkStage } from './walk-node.ts';
import { walkReply } from './reply/walk-reply.ts';

/** How to walk. */
export interface WalkOptions {
  /** Keeps each hook, chain and rule on the way in `steps`; costs time. */
  readonly verbose?: boolean;
  /** Whether the way back is walked; true where absent. */
  readonly reply?: boolean;
  /** Whether a node's own packet keeps the given source instead of the one the kernel would choose; false where absent. */
  readonly keepSource?: boolean;
  /** Whether every branch is an outcome of its own, also where several come to the same end; false where absent. */
  readonly everyBranch?: boolean;
  /** What became of packets before, of the same network; not used where `verbose` or `everyBranch` ask for each step. */
  readonly flows?: Flows;
}

// Far above any real ruleset; they end rules that go round in a circle and unknowns that multiply.
const MOST_RULES = 500_000;
const MOST_BRANCHES = 20_000;

/**
 * Where `packet` ends when it starts at `start`: every end with its share, the rule that decided, and what could not be told. It is the
 * first of a connection, unless its ports and addresses are those of one that conntrack of a node has. It always ends and never throws on whatever the dumps hold; what is not modelled or not read is `unknown`.
 *
 * *Limits:* what user space decides (queues, transparent proxies), eBPF, bridge and netdev tables, `ingress` and `egress` hooks. A client
 * is taken to come for the first time: no affinity list holds it.
 */
export function walk(network: Network, start: Vantage, packet: Packet, options: WalkOptions = {}): Trace {
  const root: Slot = {};
  const context: WalkContext = {
    network,
    isVerbose: options.verbose ?? false,
    withReply: options.reply ?? true,
    keepsBranches: options.everyBranch ?? false,
    branchesLeft: MOST_BRANCHES,
    rulesLeft: MOST_RULES,
    key: {
      destination: packet.destination,
      protocol: packet.protocol,
      destinationPort: packet.destinationPort,
    },
    weight: 0,
    of: 1,
    recorder: undefined,
    portsInside: [],
    portsOutside: [],
  };
  const node = network.nodes.get(start.node);
  const state = startState(root, node ?? unreadNode(start.node), packet);
  if (node === undefined || !hasRulesFor(node, packet)) {
    const what =
      node === undefined
        ? `nothing was read of ${start.node}`
        : `the netfilter rules of ${start.node} were not read`;
    endUnknown(state, what);
    root.end = outcomeOf(context, state);
    return { packet, outcomes: collectOutcomes(root) };
  }
  enter(context, state, start, options);
  if (options.flows === undefined || context.isVerbose || context.keepsBranches) walkToEnds(context, state);
  else walkByFlows(context, options.flows, state);
  const outcomes = context.keepsBranches ? collectBranches(root) : collectOutcomes(root);
  return { packet, outcomes: outcomes.sort(byDestination) };
}

/** Walks `start` and all that it branches into; each end is put in its slot. */
function walkToEnds(context: WalkContext, start: PacketState): void {
  const pending: PacketState[] = [start];
  const next = (branch: PacketState): void => {
    if (branch.result === undefined) {
      pending.push(branch);
      return;
    }
    context.recorder?.end(branch);
    branch.slot.end = outcomeOf(context, branch);
  };
  for (let branch = pending.pop(); branch !== undefined; branch = pending.pop())
    walkStage(context, branch, next);
}

/** As `walkToEnds`, but branches that were translated take the way of those like them, where one was walked before. */
function walkByFlows(context: WalkContext, flows: Flows, start: PacketState): void {
  const pending: PacketState[] = [start];
  let wasTranslated = false;
  const next = (branch: PacketState): void => {
    if (branch.result !== undefined) branch.slot.end = outcomeOf(context, branch);
    else if (wasTranslated || branch.translatedDestinationBy === undefined) pending.push(branch);
    else walkFlow(context, flows, branch);
  };
  for (let branch = pending.pop(); branch !== undefined; branch = pending.pop()) {
    wasTranslated = branch.translatedDestinationBy !== undefined;
    walkStage(context, branch, next);
  }
}

function walkFlow(context: WalkContext, flows: Flows, state: PacketState): void {
  const known = flows.find(context.network, state);
  if (known !== undefined) {
    state.slot.end = known;
    return;
  }
  const subject = subjectOf(state);
  if (subject === undefined) {
    walkToEnds(context, state);
    return;
  }
  const { slot } = state;
  const begin = forkState(state, slot);
  const recorder = new FlowRecorder(subject, state.translatedDestinationBy);
  context.recorder = recorder;
  walkToEnds(context, state);
  context.recorder = undefined;
  if (slot.end !== undefined) flows.add(context.network, begin, slot.end, recorder);
}

function unreadNode(name: string): NodeState {
  return { name, tables: [], hasRules: { ip: false, ip6: false }, ipsets: new Map() };
}

function hasRulesFor(node: NodeState, packet: Packet): boolean {
  return typeof packet.destination === 'number' ? node.hasRules.ip : node.hasRules.ip6;
}

function enter(context: WalkContext, state: PacketState, start: Vantage, options: WalkOptions): void {
  const { node } = state;
  if (start.kind === 'external') enterFromOutside(state);
  else if (start.kind === 'pod' && addressTypeOf(context.network, node, state.source) !== 'local') {
    enterFromPod(state);
  } else if (start.kind === 'node' && options.keepSource !== true) {
    selectSource(context, state);
    const arrived = { ...state.arrived, source: state.source };
    state.arrived = arrived;
    state.original = arrived;
  }
  if (!context.isVerbose) return;
  const to =
    state.destinationPort === undefined
      ? formatIp(state.destination)
      : formatAddressPort(state.destination, state.destinationPort);
  const by = state.iif === '' ? '' : ` by ${state.iif ?? 'an interface that is not known'}`;
  addStep(
    context,
    state,
    start.kind === 'node' ? 'output' : 'prerouting',
    `${formatIp(state.source)} to ${to}${by}`,
  );
}

function outcomeOf(context: WalkContext, state: PacketState): Outcome {
  const isDelivered = state.result === 'delivered';
  const fate = isDelivered && context.withReply ? walkReply(context, state) : undefined;
  const unknowns = trailValues(state.unknowns);
  if (fate?.returns === 'unknown' && fate.why !== undefined) unknowns.push({ text: fate.why });
  if (fate?.returns === false && context.isVerbose)
    addStep(context, state, 'reply', fate.why ?? 'lost', fate.lostBy);
  return {
    probability: [1, 1],
    result: state.result ?? 'unknown',
    destination: {
      address: state.destination,
      ...(state.destinationPort === undefined ? {} : { port: state.destinationPort }),
    },
    node: state.node.name,
    ...podOf(context, state),
    sourceNat: state.sourceNat,
    ...(state.rejectedWith === undefined ? {} : { rejectedWith: state.rejectedWith }),
    ...(state.decidedBy === undefined ? {} : { decidedBy: state.decidedBy }),
    ...(state.translatedDestinationBy === undefined
      ? {}
      : { translatedDestinationBy: state.translatedDestinationBy }),
    translatedBy: trailValues(state.translatedBy),
    replyReturns: isDelivered ? (fate?.returns ?? 'unknown') : false,
    ...(fate?.lostBy === undefined ? {} : { replyLostBy: fate.lostBy }),
    steps: trailValues(state.steps),
    unknowns,
  };
}

function podOf(context: WalkContext, state: PacketState): { pod?: string } {
  const pod = state.pod ?? context.network.placeOf(state.destination)?.pod;
  return pod === undefined ? {} : { pod };
}

function byDestination(a: Outcome, b: Outcome): number {
  const x = a.destination;
  const y = b.destination;
  if (x.address !== y.address) return x.address < y.address ? -1 : 1;
  if (x.port !== y.port) return (x.port ?? -1) - (y.port ?? -1);
  return a.result < b.result ? -1 : a.result > b.result ? 1 : 0;
}
