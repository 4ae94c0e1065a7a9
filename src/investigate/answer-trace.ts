import type { Outcome, RuleReference, Trace } from '../dataplane/walk/trace.ts';
import { isHeard } from '../dataplane/sockets/listens-on.ts';
import { isLoopback } from '../dataplane/walk/local-addresses.ts';
import { gapOfIssue } from '../diagnosis/not-checked/gaps.ts';
import type { DecidingRule, TraceAnswer, TraceOutcome } from '../diagnosis/trace-answer.ts';
import { formatAddressPort, formatIp } from '../model/address.ts';
import type { Gap } from '../model/evidence.ts';
import type { Verdict } from '../model/finding.ts';
import { type Protocol, protocolName } from '../model/protocol.ts';
import type { Vantage } from '../model/vantage.ts';
import type { World } from '../world/world.ts';

/** A walk in the words of the report: what each end means, in the order in which it is read. */
export function answerTrace(
  world: World,
  {
    client,
    vantage,
    trace,
    beyond = [],
  }: {
    readonly client: string;
    readonly vantage: Vantage;
    readonly trace: Trace;
    /** What this trace assumed or leaves out. */
    readonly beyond?: readonly Gap[];
  },
): TraceAnswer {
  const { packet } = trace;
  const endpoints = endpointsOf(world);
  const heard = {
    ...trace,
    outcomes: trace.outcomes.map((outcome) => asHeard(world, outcome, packet.protocol)),
  };
  const outcomes = heard.outcomes
    .map((outcome) => outcomeOf(outcome, endpoints))
    .sort((a, b) => compare(a.destination, b.destination) || compare(a.result, b.result));
  return {
    verdict: verdictOf(heard, passesUnread(world, vantage.node, trace)),
    packet: {
      source: formatIp(packet.source),
      ...(packet.sourcePort === undefined ? {} : { sourcePort: packet.sourcePort }),
      destination: formatIp(packet.destination),
      ...(packet.destinationPort === undefined ? {} : { destinationPort: packet.destinationPort }),
      protocol: protocolName(packet.protocol),
      node: vantage.node,
      client,
    },
    outcomes,
    notChecked: [
      ...beyond,
      ...world.gaps.filter(({ node }) => node === undefined || trace.outcomes.some((o) => o.node === node)),
      ...world.issues.map(gapOfIssue),
    ],
  };
}

/** Delivered whichever branch is taken, on some, on none, or not decided. A lost reply is no delivery for the client. */
function verdictOf({ outcomes }: Trace, isBlind: boolean): Verdict {
  const works = outcomes.filter(
    ({ result, replyReturns }) => result === 'delivered' && replyReturns === true,
  );
  const fails = outcomes.filter(
    ({ result, replyReturns }) => result !== 'unknown' && (result !== 'delivered' || replyReturns === false),
  );
  const surelyFails = fails.some(({ probability: [min] }) => min > 0);
  if (outcomes.length > 0 && works.length === outcomes.length) return isBlind ? 'unknown' : 'healthy';
  if (fails.length > 0 && fails.length === outcomes.length) return 'broken';
  if (surelyFails) return 'degraded';
  return 'unknown';
}

/** Whether rules or settings that were not read may stop what those that were read let through. */
function passesUnread({ nodeStates }: World, from: string, { packet, outcomes }: Trace): boolean {
  const family = typeof packet.destination === 'number' ? 'ip' : 'ip6';
  return [from, ...outcomes.map(({ node }) => node)].some((node) =>
    nodeStates.get(node)?.unread?.some((each) => each.family === family),
  );
}

/** `outcome`, refused where the packet comes to the node itself as it was sent, and its sockets say that nobody listens there. */
function asHeard(world: World, outcome: Outcome, protocol: Protocol): Outcome {
  const { nodeStates, network, kubeProxies, services } = world;
  const { result, node, translatedDestinationBy, destination } = outcome;
  const { address, port } = destination;
  if (result !== 'delivered' || translatedDestinationBy !== undefined || port === undefined) return outcome;
  const place = network.placeOf(address);
  const isOwn = isLoopback(address) || (place?.isHostNetwork === true && place.node === node);
  const sockets = isOwn ? nodeStates.get(node)?.sockets : undefined;
  if (sockets === undefined || isHeard(sockets, { address, port, protocol }) !== false) return outcome;
  const isNodePort =
    isLoopback(address) &&
    services.some(({ spec }) => spec.ports?.some(({ nodePort }) => nodePort === port) === true);
  const mode = kubeProxies.get(node)?.config.mode ?? 'this';
  const why = isNodePort ? `, and kube-proxy in ${mode} mode serves no NodePort on a loopback address` : '';
  return { ...outcome, result: 'rejected', rejectedWith: `a reset: nothing listens there on ${node}${why}` };
}

function outcomeOf(outcome: Outcome, endpoints: ReadonlySet<string>): TraceOutcome {
  const { address, port } = outcome.destination;
  const destination = port === undefined ? formatIp(address) : formatAddressPort(address, port);
  const { sourceNat, decidedBy, pod } = outcome;
  return {
    probability: outcome.probability,
    result: outcome.result,
    destination,
    ...(endpoints.has(destination) ? { endpoint: destination } : {}),
    ...(pod === undefined ? {} : { pod }),
    sourceNat: typeof sourceNat === 'string' ? sourceNat : formatIp(sourceNat.address),
    ...(decidedBy === undefined ? {} : { decidedBy: ruleOf(decidedBy) }),
    notes: notesOf(outcome),
    steps: outcome.steps.map(({ node, stage, text, rule }) => ({
      node,
      stage,
      text,
      ...(rule === undefined ? {} : { rule: ruleOf(rule) }),
    })),
    unknowns: outcome.unknowns.map(({ text, rule }) => ({
      text,
      ...(rule === undefined ? {} : { rule: ruleOf(rule) }),
    })),
  };
}

function notesOf({ result, rejectedWith, replyReturns }: Outcome): string[] {
  return [
    ...(rejectedWith === undefined ? [] : [`rejected with ${rejectedWith}`]),
    ...(result === 'delivered' && replyReturns === false
      ? ['the reply does not come back through the translation: the client sees a foreign source or nothing']
      : []),
    ...(replyReturns === 'unknown' ? ['whether the reply comes back could not be decided'] : []),
  ];
}

function ruleOf({ node, family, table, chain, rule, source, line }: RuleReference): DecidingRule {
  return { node, family, table, chain, rule, source, line };
}

/** Every `IP:PORT` that some EndpointSlice names. */
function endpointsOf({ endpointSlices }: World): Set<string> {
  const all = new Set<string>();
  for (const { addressType, endpoints, ports } of endpointSlices)
    for (const { addresses } of endpoints)
      for (const address of addresses)
        for (const { port } of ports ?? [])
          if (port !== undefined)
            all.add(addressType === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`);
  return all;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
