import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome, RuleReference } from '../../src/dataplane/walk/trace.ts';
import { formatAddressPort, parseIp } from '../../src/model/address.ts';
import { protocolName } from '../../src/model/protocol.ts';
import type { World } from '../../src/world/world.ts';
import type { Lab } from '../cluster/lab.ts';
import { home } from '../machine/places.ts';
import {
  type Client,
  clientsOf,
  connect,
  forgetAffinity,
  type Goal,
  goalsOf,
  outcomesOf,
} from './lab-packets.ts';
import { type NodeTrace, NodeTracer, TRACED } from './node-tracer.ts';

/** What the kernel of a lab's nodes and the walk were held against each other for, and where they disagree. */
export interface LabJudgement {
  /** Connections of which every rule was compared. */
  readonly packets: number;
  /** Rules that they met, on all nodes together. */
  readonly rules: number;
  readonly disagreements: readonly string[];
}

interface Sent {
  readonly client: Client;
  readonly goal: Goal;
  readonly sourcePort: number;
}

/**
 * Connects from a pod on every node, from every node and from outside to every address and port of every Service, and to a port that no
 * Service has; then holds the rules that each node's kernel says it applied to the first packet against those that the walk of `world`
 * names: the same rules, in the same order, with the same verdict, in one of the ways the walk says are possible.
 *
 * *Limits:* a packet whose source was translated is followed on its first node only: behind it has another port. Services with affinity are
 * judged for clients that come for the first time, so what the kernel remembers of them is forgotten first.
 */
export async function judgeRules(lab: Lab, world: World): Promise<LabJudgement> {
  await forgetAffinity(lab);
  const tracers = new Map(lab.nodes.map((node) => [node.name, new NodeTracer(lab, node)]));
  const sent: Sent[] = [];
  const told = new Map<string, readonly NodeTrace[]>();
  try {
    for (const tracer of tracers.values()) await tracer.listen(takePort());
    for (const client of clientsOf(lab, world)) {
      for (const goal of goalsOf(world, client.start)) {
        const sourcePort = takePort();
        await connect(lab, client, goal, { tries: 1, timeoutMs: 400, localPort: sourcePort });
        sent.push({ client, goal, sourcePort });
      }
    }
    for (const [node, tracer] of tracers) told.set(node, await tracer.read(takePort()));
  } finally {
    for (const tracer of tracers.values()) await tracer.close();
  }
  const judged = sent.map((one) => ({ one, traces: tracesOf(told, one) }));
  const disagreements = judged.flatMap(({ one, traces }) => disagreementOf(world, traces, one) ?? []);
  const rules = judged
    .flatMap(({ traces }) => [...traces.values()].map((trace) => trace?.rules.length ?? 0))
    .reduce((sum, one) => sum + one, 0);
  return { packets: sent.length, rules, disagreements };
}

/** What each node told of the packet: found by port and source where it set out, and by its sender's number from there on. */
function tracesOf(
  told: ReadonlyMap<string, readonly NodeTrace[]>,
  { client: { start }, sourcePort }: Sent,
): Map<string, NodeTrace | undefined> {
  const first = told
    .get(start.node)
    ?.find(({ port, source }) => port === sourcePort && parseIp(source) === start.address);
  return new Map(
    [...told].map(([node, traces]) => [
      node,
      traces.find(({ port, identity }) => port === sourcePort && identity === first?.identity),
    ]),
  );
}

const portFile = join(home, 'judge-port');

/** A port that no connection had as long as any conntrack remembers: one after the other, round and round. */
function takePort(): number {
  const last = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : TRACED.last;
  const port = last >= TRACED.last ? TRACED.first : last + 1;
  writeFileSync(portFile, String(port));
  return port;
}

function disagreementOf(
  world: World,
  traces: ReadonlyMap<string, NodeTrace | undefined>,
  { client, goal, sourcePort }: Sent,
): string | undefined {
  const first = client.start.node;
  const outcomes = outcomesOf(world, client, goal, sourcePort);
  const isFollowed = (outcome: Outcome, node: string): boolean =>
    node === first || outcome.sourceNat === 'none';
  const agrees = (outcome: Outcome): boolean =>
    [...traces].every(([node, trace]) => {
      if (!isFollowed(outcome, node)) return true;
      const rules = trace?.rules ?? [];
      const isEnd = outcome.node === node && ['dropped', 'rejected'].includes(outcome.result);
      return (
        (trace?.isDropped ?? false) === isEnd &&
        rulesOn(world, outcome, node, rules).join('\n') === rules.join('\n')
      );
    });
  if (outcomes.some(agrees)) return undefined;
  const list = (rules: readonly string[]): string => rules.map((rule) => `\n    ${rule}`).join('');
  return [
    `${client.door.label} port ${sourcePort} to ${protocolName(goal.protocol)} ${formatAddressPort(goal.address, goal.port)}`,
    ...[...traces].flatMap(([node, trace]) =>
      trace === undefined
        ? []
        : [`  the kernel of ${node} ${trace.isDropped ? 'dropped' : 'passed'} through${list(trace.rules)}`],
    ),
    ...outcomes.flatMap((outcome) =>
      [...traces.keys()].flatMap((node) => {
        const rules = rulesOn(world, outcome, node);
        const says = `  the walk says ${outcome.result}, on ${node} through${list(rules)}`;
        return rules.length === 0 ? [] : [says];
      }),
    ),
  ].join('\n');
}

/** The rules that an outcome met on `node`, in order, as a `NodeTrace` names them; without those that may end in the middle and are not `told`. */
function rulesOn(world: World, outcome: Outcome, node: string, told?: readonly string[]): string[] {
  return outcome.steps.flatMap(({ rule }) => {
    if (rule === undefined || rule.node !== node) return [];
    const key = keyOf(world, rule);
    if (key === undefined) return [];
    return told === undefined || told.includes(key) || !mayEndInTheMiddle(rule.rule) ? [key] : [];
  });
}

// A rule of nftables that finds nothing in its map ends there, and nothing is told of it.
function mayEndInTheMiddle(rule: string): boolean {
  return / v?map [{@]/.test(rule);
}

function keyOf(
  world: World,
  { node, family, table, chain, source, line, rule }: RuleReference,
): string | undefined {
  if (line === 0 || rule.startsWith('policy ')) return undefined;
  const tables = world.nodeStates.get(node)?.tables ?? [];
  const found = tables.find((one) => one.source === source && one.family === family && one.name === table);
  const rules = found?.chains.get(chain)?.rules;
  if (rules === undefined) return undefined;
  for (let number = 0; number < rules.length; number++) {
    if (rules.at(number).line === line) return `${family} ${table} ${chain} ${number}`;
  }
  return undefined;
}
