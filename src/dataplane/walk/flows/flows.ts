import { type Ip, formatIp } from '../../../model/address.ts';
import type { Network, Place } from '../../node-state.ts';
import { type PacketState, type Trail, trailValues } from '../packet-state.ts';
import type { Outcome, RuleReference } from '../trace.ts';
import { type FlowRecorder, type FlowSubject, type Guard } from './recorder.ts';
import { startsAlike } from './starts-alike.ts';

/** Flows of one client to endpoints of one node; beyond, each packet is walked. */
const MOST_ENTRIES = 64;

/** One way that packets take after their translation, and all that has to be alike for another to take it. */
interface Flow {
  readonly start: PacketState;
  readonly guards: readonly Guard[];
  readonly isHostNetwork: boolean | undefined;
  readonly isPod: boolean;
  readonly isClusterAddress: boolean;
  readonly end: Outcome;
  /** The translation itself decided. */
  readonly isDecidedByTranslation: boolean;
  /** Rules that translated after the destination had been translated. */
  readonly translatedLater: readonly RuleReference[];
}

/**
 * What became of translated packets, for others that differ in nothing that any rule, route or interface on their way looks at: most endpoints of a
 * cluster are alike to everybody but the rule that chose them. *Limits:* for one network; packets whose source port is given, pods that reach themselves, and ways
 * that branch are walked each time. *See:* docs/decisions/0006.
 */
export class Flows {
  private readonly byClient = new Map<Ip, Map<string, Flow[]>>();

  /** The end of the way of `state`, which was just translated; undefined where none like it was walked. */
  find(network: Network, state: PacketState): Outcome | undefined {
    const subject = subjectOf(state);
    if (subject === undefined) return undefined;
    const place = network.placeOf(subject.endpoint);
    const flows = this.byClient.get(state.source)?.get(place?.node ?? '');
    if (flows === undefined) return undefined;
    for (const flow of flows) {
      if (isAlike(flow, network, state, subject, place)) return endOf(flow, state, place);
    }
    return undefined;
  }

  /** Keeps the way of `start`, a copy of a state as it was when it was just translated, to its only end `end`. */
  add(network: Network, start: PacketState, end: Outcome, { guards, isOpaque }: FlowRecorder): void {
    const subject = subjectOf(start);
    if (subject === undefined || isOpaque) return;
    const place = network.placeOf(subject.endpoint);
    const before = trailLength(start.translatedBy);
    const isDecidedByTranslation = end.decidedBy === start.translatedDestinationBy;
    const { destination } = end;
    if (destination.address !== subject.endpoint || destination.port !== subject.endpointPort) return;
    if (end.pod !== undefined && end.pod !== place?.pod) return;
    if (speaksOf(end, isDecidedByTranslation, subject, place)) return;
    const flow: Flow = {
      start,
      guards,
      isHostNetwork: place?.isHostNetwork,
      isPod: place?.pod !== undefined,
      isClusterAddress: network.isClusterAddress(subject.endpoint),
      end,
      isDecidedByTranslation,
      translatedLater: end.translatedBy.slice(before),
    };
    let byNode = this.byClient.get(start.source);
    if (byNode === undefined) this.byClient.set(start.source, (byNode = new Map()));
    const flows = byNode.get(place?.node ?? '');
    if (flows === undefined) byNode.set(place?.node ?? '', [flow]);
    else if (flows.length < MOST_ENTRIES) flows.push(flow);
  }
}

/** Undefined where the packet's way may depend on more than a flow looks at. */
export function subjectOf(state: PacketState): FlowSubject | undefined {
  const { source, destination, destinationPort, original, sourcePort, connection } = state;
  if (sourcePort !== undefined || connection !== undefined || state.setChanges !== undefined)
    return undefined;
  if (source === destination || original.destination === destination) return undefined;
  if (state.legs !== undefined || state.unknowns !== undefined || state.steps !== undefined) return undefined;
  return {
    endpoint: destination,
    endpointPort: destinationPort,
    service: original.destination,
    servicePort: original.destinationPort,
  };
}

function isAlike(
  flow: Flow,
  network: Network,
  state: PacketState,
  subject: FlowSubject,
  place: Place | undefined,
): boolean {
  if (!startsAlike(flow.start, state)) return false;
  if (flow.isHostNetwork !== place?.isHostNetwork || flow.isPod !== (place?.pod !== undefined)) return false;
  if (flow.isClusterAddress !== network.isClusterAddress(subject.endpoint)) return false;
  for (const guard of flow.guards) {
    const value = subject[guard.value];
    if (value === undefined || guard.classes.classOf(value) !== guard.class) return false;
  }
  return true;
}

function endOf(flow: Flow, state: PacketState, place: Place | undefined): Outcome {
  const { end, isDecidedByTranslation, translatedLater } = flow;
  const { destinationPort: port, translatedDestinationBy } = state;
  const decidedBy = isDecidedByTranslation ? translatedDestinationBy : end.decidedBy;
  const translatedBy = trailValues(state.translatedBy);
  for (const rule of translatedLater) translatedBy.push(rule);
  // Members one by one: this is made for each endpoint of each Service, and copying the rest of an object is slow.
  const outcome: { -readonly [K in keyof Outcome]: Outcome[K] } = {
    probability: end.probability,
    result: end.result,
    destination: port === undefined ? { address: state.destination } : { address: state.destination, port },
    node: end.node,
    sourceNat: end.sourceNat,
    translatedBy,
    replyReturns: end.replyReturns,
    steps: end.steps,
    unknowns: end.unknowns,
  };
  if (end.pod !== undefined && place?.pod !== undefined) outcome.pod = place.pod;
  if (end.rejectedWith !== undefined) outcome.rejectedWith = end.rejectedWith;
  if (decidedBy !== undefined) outcome.decidedBy = decidedBy;
  if (translatedDestinationBy !== undefined) outcome.translatedDestinationBy = translatedDestinationBy;
  if (end.replyLostBy !== undefined) outcome.replyLostBy = end.replyLostBy;
  return outcome;
}

/** Whether the words of the end name what is the packet's own. */
function speaksOf(
  { decidedBy, replyLostBy, unknowns }: Outcome,
  isDecidedByTranslation: boolean,
  { endpoint, service }: FlowSubject,
  place: Place | undefined,
): boolean {
  const own = [formatIp(endpoint), formatIp(service), ...(place?.pod === undefined ? [] : [place.pod])];
  const texts = [
    ...(decidedBy === undefined || isDecidedByTranslation ? [] : [decidedBy.rule]),
    ...(replyLostBy === undefined ? [] : [replyLostBy.rule]),
    ...unknowns.flatMap(({ text, rule }) => [text, rule?.rule ?? '']),
  ];
  return texts.some((text) => own.some((word) => text.includes(word)));
}

function trailLength<T>(trail: Trail<T> | undefined): number {
  let length = 0;
  for (let at = trail; at !== undefined; at = at.rest) length++;
  return length;
}
