import type { Ip } from '../../src/model/address.ts';
import { passHook } from './judge-chain.ts';
import { readRule } from './judge-rule.ts';
import { readServers } from './judge-servers.ts';
import { readSets } from './judge-sets.ts';
import type { JudgedNode, Rule, State } from './judged-node.ts';
import type { JudgedPacket } from './score.ts';

/** What decides on a node, as its tools print it: `iptables-save`, `ipset save`, `ipvsadm-save -n`, one line each. */
export interface NodeText {
  readonly rules: readonly string[];
  readonly sets: readonly string[];
  readonly servers: readonly string[];
  /** The node's own addresses. */
  readonly local: ReadonlySet<Ip>;
}

/** A judge of one node's rules: what becomes of a packet, each end with its share, as text. */
export type Judge = (packet: JudgedPacket) => string;

/**
 * Reads the rules of a node and tells what they make of packets that open a connection, and of the replies. Told from iptables(8),
 * iptables-extensions(8), ipset(8) and ipvsadm(8) alone, for the words that kube-proxy and flannel use; it shares nothing with the parser
 * or the walk. A word it does not know is an error.
 */
export function judgeNode(text: NodeText): Judge {
  const chains = new Map<string, Rule[]>();
  const policies = new Map<string, string>();
  let table = '';
  for (const line of text.rules) {
    const [, chain = '', rest = ''] = /^(?:\[\d+:\d+\] )?-A (\S+) ?(.*)$/.exec(line) ?? [];
    const [, name = '', policy = ''] = /^:(\S+) (\S+)/.exec(line) ?? [];
    if (line.startsWith('*')) table = line.slice(1);
    else if (name !== '') {
      chains.set(`${table} ${name}`, []);
      policies.set(`${table} ${name}`, policy);
    } else if (chain !== '') chains.get(`${table} ${chain}`)?.push(readRule(rest));
  }
  const { local } = text;
  const node: JudgedNode = {
    chains,
    policies,
    sets: readSets(text.sets),
    servers: readServers(text.servers),
    local,
  };
  return (packet) => judge(node, packet);
}

function judge(node: JudgedNode, packet: JudgedPacket): string {
  const { source, destination, port } = packet;
  const start: State = {
    packet,
    source,
    destination,
    port,
    weight: 1,
    mark: 0,
    isReply: false,
    isTranslated: false,
    isMasqueraded: false,
    seen: '',
  };
  const fates = new Map<string, number>();
  for (const end of route(node, start)) {
    // What the node sends on untranslated has the address that masquerading would give it.
    const isOwnAddress = packet.hook === 'OUTPUT' && !end.isTranslated;
    const to = `${end.destination}:${end.port} ${end.isMasqueraded || packet.isMasked || isOwnAddress ? 'masqueraded' : 'kept'}`;
    const fate = end.end ?? `${to} ${end.seen} ${reply(node, end)}`;
    fates.set(fate, (fates.get(fate) ?? 0) + end.weight);
  }
  return [...fates]
    .map(([fate, weight]) => `${fate} ${weight.toFixed(5)}`)
    .sort()
    .join('\n');
}

/** From where the packet comes to the node until it leaves, or is received. */
function route(node: JudgedNode, start: State): State[] {
  if (start.packet.hook === 'OUTPUT') {
    const sent = [start].flatMap((each) => passHook(node, 'nat', 'OUTPUT', each));
    return sent
      .flatMap((each) => schedule(node, each))
      .flatMap((each) => passHook(node, 'filter', 'OUTPUT', each))
      .flatMap((each) => leave(node, each));
  }
  return passHook(node, 'nat', 'PREROUTING', start).flatMap((each) => {
    if (!node.local.has(each.destination))
      return passHook(node, 'filter', 'FORWARD', each).flatMap((on) => leave(node, on));
    return passHook(node, 'filter', 'INPUT', each).flatMap((received) =>
      schedule(node, received).flatMap((on) =>
        on.isTranslated === received.isTranslated
          ? [on]
          : passHook(node, 'filter', 'OUTPUT', on).flatMap((sent) => leave(node, sent)),
      ),
    );
  });
}

function leave(node: JudgedNode, state: State): State[] {
  if (state.end !== undefined) return [state];
  if (!node.local.has(state.destination)) return passHook(node, 'nat', 'POSTROUTING', state);
  return passHook(node, 'nat', 'POSTROUTING', state).flatMap((each) =>
    passHook(node, 'filter', 'INPUT', each),
  );
}

/** IPVS takes what is for a virtual server; its schedulers are round robin. */
function schedule(node: JudgedNode, state: State): State[] {
  const server = node.servers.get(`${state.packet.protocol} ${state.destination}:${state.port}`);
  if (state.end !== undefined || server === undefined) return [state];
  const able = server.reals.filter(({ weight }) => weight > 0);
  if (able.length === 0) return [{ ...state, end: 'rejected' }];
  return able.map(({ address, port }) => ({
    ...state,
    destination: address,
    port,
    isTranslated: true,
    weight: state.weight / able.length,
    seen: `${state.seen}${server.options}`,
  }));
}

/** What the filters of the node make of the answer, which passes them before it is translated back. */
function reply(node: JudgedNode, end: State): string {
  const { packet, source, destination, port } = end;
  const answer: State = {
    ...end,
    source: destination,
    destination: source,
    sourcePort: port,
    port: 40_000,
    mark: 0,
    weight: 1,
    isReply: true,
  };
  const hook = packet.hook === 'OUTPUT' ? 'INPUT' : node.local.has(destination) ? 'OUTPUT' : 'FORWARD';
  return passHook(node, 'filter', hook, answer)
    .map((each) => each.end ?? '')
    .join();
}
