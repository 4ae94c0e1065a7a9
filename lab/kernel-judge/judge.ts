import { parseIptables } from '../../src/dataplane/iptables/parse-iptables.ts';
import { parseNftText } from '../../src/dataplane/nftables/parse-nft-text.ts';
import { parseIpset } from '../../src/dataplane/ipvs/parse-ipset.ts';
import type { Network, NodeState } from '../../src/dataplane/node-state.ts';
import type { Link, Route } from '../../src/dataplane/routes/routes.ts';
import type { Table } from '../../src/dataplane/ruleset/ruleset.ts';
import type { IpSet } from '../../src/dataplane/ruleset/sets.ts';
import type { Outcome } from '../../src/dataplane/walk/trace.ts';
import { walk } from '../../src/dataplane/walk/walk.ts';
import { type Ip, parseIp } from '../../src/model/address.ts';
import { cidrContains, parseCidr } from '../../src/model/cidr.ts';
import type { Frontend } from './frontend.ts';
import type { JudgeNetwork } from './judge-network.ts';
import { printIpsets, printIptablesRules, printNftRules } from './print-rules.ts';
import { NFT_TRACER, type RuleTrace, type RuleTracer } from './rule-tracer.ts';
import { HOOKS, OWN } from './random-values.ts';
import type { RandomChain, RandomPacket, RandomRuleset, TableName } from './ruleset-model.ts';

/** A ruleset in the kernel, and as the walk sees it. */
export interface Loaded {
  readonly frontend: Frontend;
  readonly dump: string;
  readonly network: Network;
}

/** Loads `ruleset` in place of what was there, and reads it back as users would. */
export function loadRuleset(judge: JudgeNetwork, frontend: Frontend, ruleset: RandomRuleset): Loaded {
  const isLegacy = frontend === 'iptables-legacy';
  if (frontend === 'nft') judge.feed(`flush ruleset\n${printNftRules(ruleset)}`, 'nft', '-f', '-');
  else {
    judge.feed(printIpsets(ruleset), 'ipset', 'restore', '-exist');
    judge.feed(printIptablesRules(ruleset, isLegacy ? '-j TRACE' : undefined), `${frontend}-restore`);
  }
  if (!isLegacy) judge.feed(NFT_TRACER, 'nft', '-f', '-');
  return readLoaded(judge, frontend);
}

/** What the kernel holds now. */
export function readLoaded(judge: JudgeNetwork, frontend: Frontend): Loaded {
  const dump = dumpRules(judge, frontend);
  const source = { path: 'rules', bytes: new TextEncoder().encode(dump) };
  const { tables, issues } = frontend === 'nft' ? parseNftText(source) : parseIptables(source);
  if (issues.length > 0) throw new Error(`not read: ${JSON.stringify(issues[0])}`);
  const sets = { path: 'sets', bytes: new TextEncoder().encode(judge.run('ipset', 'save')) };
  return { frontend, dump, network: judgedNetwork(tables, parseIpset(sets).items) };
}

// Flushing leaves policies as they are: they are set to what they were.
const EMPTY: RandomRuleset = {
  raw: openChains('raw'),
  mangle: openChains('mangle'),
  nat: openChains('nat'),
  filter: openChains('filter'),
  security: openChains('security'),
};

function openChains(table: TableName): RandomChain[] {
  return HOOKS[table].map((hook) => ({ name: hook, hook, policy: 'ACCEPT', rules: [] }));
}

/** Forgets every rule of `frontend`, so that the next one is alone. */
export function clearRules(judge: JudgeNetwork, frontend: Frontend): void {
  if (frontend !== 'iptables-legacy') {
    judge.run('nft', 'flush', 'ruleset');
    return;
  }
  judge.feed(printIptablesRules(EMPTY), 'iptables-legacy-restore');
}

function dumpRules(judge: JudgeNetwork, frontend: Frontend): string {
  return frontend === 'nft' ? judge.run('nft', 'list', 'ruleset') : judge.run(`${frontend}-save`, '-c');
}

interface Sent {
  readonly packet: RandomPacket;
  readonly sourcePort: number;
  /** Lines of rules that counted the packet, ascending. */
  readonly counted: readonly number[];
}

/**
 * Sends `packets`, and holds what the kernel counted and traced against the walk: the same rules, in the same order, the same verdict. A
 * text for each packet on which they disagree. Where rules are random, one way of the walk must be the kernel's.
 */
export async function judgePackets(
  judge: JudgeNetwork,
  tracer: RuleTracer,
  loaded: Loaded,
  packets: readonly RandomPacket[],
): Promise<string[]> {
  const sent: Sent[] = [];
  await tracer.listen();
  let before = countsOf(dumpRules(judge, loaded.frontend));
  for (const packet of packets) {
    const sourcePort = judge.freshPort();
    await judge.send(packet, sourcePort);
    const after = countsOf(dumpRules(judge, loaded.frontend));
    const counted = after.flatMap((count, line) => (count > (before[line] ?? 0) ? [line + 1] : []));
    sent.push({ packet, sourcePort, counted });
    before = after;
  }
  const traces = await tracer.read(loaded.dump);
  return sent.flatMap((one) => disagreementOf(loaded, one, traces.get(one.sourcePort)) ?? []);
}

function disagreementOf(
  loaded: Loaded,
  { packet, sourcePort, counted }: Sent,
  trace: RuleTrace | undefined,
): string | undefined {
  const text = loaded.dump.split('\n');
  const isOwn = (line: number): boolean => !/-j TRACE|nftrace set/.test(text[line - 1] ?? '');
  const outcomes = outcomesOf(loaded, packet, sourcePort);
  const walks = outcomes.map((outcome) => rulesOf(outcome).filter(isOwn));
  const told = trace?.lines.filter(isOwn) ?? [];
  const isSame = (lines: readonly number[], outcome: Outcome | undefined): boolean =>
    [...new Set(lines)].sort((a, b) => a - b).join() === counted.filter(isOwn).join() &&
    lines.filter((line) => told.includes(line) || !mayEndInTheMiddle(text[line - 1] ?? '')).join() ===
      told.join() &&
    (outcome?.result === 'dropped' || outcome?.result === 'rejected') === (trace?.isDropped ?? false);
  if (walks.some((lines, i) => isSame(lines, outcomes[i]))) return undefined;
  const show = (lines: readonly number[]): string =>
    lines.map((line) => `    ${line}: ${text[line - 1] ?? ''}`).join('\n');
  return [
    `${packet.protocol} ${packet.source}:${sourcePort} to ${packet.destination}:${packet.destinationPort}`,
    `  the kernel counted\n${show(counted)}`,
    `  the kernel told ${trace?.isDropped === true ? 'dropped' : 'passed'} through\n${show(told)}`,
    ...outcomes.map((outcome, i) => `  the walk says ${outcome.result} through\n${show(walks[i] ?? [])}`),
  ].join('\n');
}

// A rule of nftables that finds nothing in its map, or no connection, ends there: it counted, and is not told.
function mayEndInTheMiddle(rule: string): boolean {
  return / v?map \{|set ct mark/.test(rule);
}

/** Packets that each rule of a dump has counted, by line. Policies do not count: nat chains count differently there. */
export function countsOf(dump: string): number[] {
  return dump
    .split('\n')
    .map((line) => Number(/^\[(\d+):\d+\] -A|counter packets (\d+)/.exec(line)?.slice(1).find(Boolean) ?? 0));
}

/** The lines of the rules that an outcome went through, in order. */
export function rulesOf({ steps }: Outcome): number[] {
  return steps.flatMap(({ rule }) =>
    rule !== undefined && rule.line > 0 && !rule.rule.startsWith('policy ') && rule.family !== 'route'
      ? [rule.line]
      : [],
  );
}

/** Every outcome of the walk for `packet`, with its steps. */
export function outcomesOf(
  { network }: Pick<Loaded, 'network'>,
  packet: RandomPacket,
  sourcePort: number,
): readonly Outcome[] {
  const source = address(packet.source);
  return walk(
    network,
    { kind: 'external', node: 'judged', address: source },
    {
      source,
      sourcePort,
      destination: address(packet.destination),
      destinationPort: packet.destinationPort,
      protocol: packet.protocol === 'udp' ? 17 : 6,
    },
    { verbose: true, reply: false, everyBranch: true },
  ).outcomes;
}

function address(text: string): Ip {
  const found = parseIp(text);
  if (found === undefined) throw new Error(`no address: ${text}`);
  return found;
}

/** The judged namespace as the walk sees it, with `tables`. */
export function judgedNetwork(tables: readonly Table[], sets: readonly IpSet[] = []): Network {
  const own = OWN.map(address);
  const links: Link[] = [
    link(1, 'lo', '127.0.0.1', 8),
    link(2, 'judge1', '192.0.2.2', 32),
    link(3, 'out0', '192.0.2.1', 32),
  ];
  const node: NodeState = {
    name: 'judged',
    tables,
    hasRules: { ip: true, ip6: false },
    ipsets: new Map(sets.map((set) => [set.name, set])),
    ipvs: [],
    links,
    // The way back is a blackhole in the namespace; here it tells by which interface packets arrive.
    routes: [
      route('203.0.113.0/24', 'out0'),
      route('10.96.0.0/16', 'out0'),
      route('198.18.0.0/16', 'judge1'),
    ],
    sysctls: new Map([['net.ipv4.ip_forward', '1']]),
  };
  const outside = parseCidr('203.0.113.0/24');
  return {
    nodes: new Map([['judged', node]]),
    placeOf: (one) => (own.includes(one) ? { node: 'judged', isHostNetwork: true } : undefined),
    isClusterAddress: (one) => outside !== undefined && !cidrContains(outside, one) && !own.includes(one),
  };
}

function link(index: number, name: string, own?: string, prefix = 32): Link {
  const addresses =
    own === undefined ? [] : [{ address: address(own), prefix, scope: name === 'lo' ? 'host' : 'global' }];
  return { index, name, isUp: true, isLoopback: name === 'lo', isPromiscuous: false, addresses };
}

function route(destination: string, device: string): Route {
  const cidr = parseCidr(destination);
  if (cidr === undefined) throw new Error(`no prefix: ${destination}`);
  return { destination: cidr, type: 'unicast', table: 'main', device, metric: 0, line: 0 };
}
