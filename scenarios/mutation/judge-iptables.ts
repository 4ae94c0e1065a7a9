import { type Ip, parseIp } from '../../src/model/address.ts';
import { cidrContains, parseCidr } from '../../src/model/cidr.ts';
import { type JudgedSets, inSet, readSets } from './judge-sets.ts';
import { type JudgedServers, readServers } from './judge-servers.ts';
import type { JudgedPacket } from './score.ts';

/** What decides on a node, as its tools print it: `iptables-save`, `ipset save`, `ipvsadm-save -n`, one line each. */
export interface NodeText {
  readonly rules: readonly string[];
  readonly sets: readonly string[];
  readonly servers: readonly string[];
  /** The node's own addresses. */
  readonly local: ReadonlySet<Ip>;
}

interface State {
  readonly packet: JudgedPacket;
  readonly source: Ip;
  readonly destination: Ip;
  readonly port: number;
  readonly sourcePort?: number;
  readonly weight: number;
  readonly mark: number;
  readonly isReply: boolean;
  readonly isTranslated: boolean;
  readonly isMasqueraded: boolean;
  /** Lists that were asked for the client, with where a member goes, and those that take it. */
  readonly seen: string;
  /** `dropped` or `rejected` where the way ends. */
  readonly end?: string;
}

/** The share of packets like this one that the condition holds for. */
type Condition = (state: State, node: Node) => number;

interface Rule {
  readonly conditions: readonly Condition[];
  readonly target: string;
  readonly words: readonly string[];
}

interface Node {
  /** `table chain` → rules. */
  readonly chains: ReadonlyMap<string, readonly Rule[]>;
  readonly policies: ReadonlyMap<string, string>;
  readonly sets: JudgedSets;
  readonly servers: JudgedServers;
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
  const node: Node = {
    chains,
    policies,
    sets: readSets(text.sets),
    servers: readServers(text.servers),
    local,
  };
  return (packet) => judge(node, packet);
}

function judge(node: Node, packet: JudgedPacket): string {
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
    const to = `${end.destination}:${end.port} ${end.isMasqueraded ? 'masqueraded' : 'kept'}`;
    const fate = end.end ?? `${to} ${end.seen} ${reply(node, end)}`;
    fates.set(fate, (fates.get(fate) ?? 0) + end.weight);
  }
  return [...fates]
    .map(([fate, weight]) => `${fate} ${weight.toFixed(5)}`)
    .sort()
    .join('\n');
}

/** From where the packet comes to the node until it leaves, or is received. */
function route(node: Node, start: State): State[] {
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

function leave(node: Node, state: State): State[] {
  if (state.end !== undefined) return [state];
  if (!node.local.has(state.destination)) return passHook(node, 'nat', 'POSTROUTING', state);
  return passHook(node, 'nat', 'POSTROUTING', state).flatMap((each) =>
    passHook(node, 'filter', 'INPUT', each),
  );
}

/** IPVS takes what is for a virtual server; its schedulers are round robin. */
function schedule(node: Node, state: State): State[] {
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
function reply(node: Node, end: State): string {
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

function passHook(node: Node, table: string, hook: string, state: State): State[] {
  if (state.end !== undefined) return [state];
  const { ended, left } = passChain(node, table, hook, state);
  const isClosed = node.policies.get(`${table} ${hook}`) === 'DROP';
  return [...ended, ...left.map((each) => (isClosed ? { ...each, end: 'dropped' } : each))];
}

interface Passed {
  /** Branches that this base chain has nothing more to say to. */
  readonly ended: State[];
  /** Branches that came to the chain's end. */
  readonly left: State[];
}

function passChain(node: Node, table: string, chain: string, start: State): Passed {
  const ended: State[] = [];
  const returned: State[] = [];
  let states: State[] = [start];
  for (const rule of node.chains.get(`${table} ${chain}`) ?? []) {
    if (states.length === 0) break;
    const next: State[] = [];
    for (const state of states) {
      const share = rule.conditions.reduce(
        (left, condition) => (left === 0 ? 0 : left * condition(state, node)),
        1,
      );
      if (share < 1) {
        const seen = rule.words.includes('--rcheck') ? asked(rule) : '';
        next.push({ ...state, weight: state.weight * (1 - share), seen: state.seen + seen });
      }
      if (share === 0) continue;
      const hit = { ...state, weight: state.weight * share };
      const { ended: out, left } = act(node, table, rule, hit);
      ended.push(...out);
      (rule.target === 'RETURN' ? returned : next).push(...left);
    }
    states = next;
  }
  return { ended, left: [...returned, ...states] };
}

function act(node: Node, table: string, { target, words }: Rule, state: State): Passed {
  const end = (more: Partial<State>): Passed => ({ ended: [{ ...state, ...more }], left: [] });
  switch (target) {
    case '':
    case 'RETURN':
      return { ended: [], left: [state] };
    case 'ACCEPT':
      return end({});
    case 'DROP':
      return end({ end: 'dropped' });
    case 'REJECT':
      return end({ end: 'rejected' });
    case 'MASQUERADE':
      return end({ isMasqueraded: true });
    case 'DNAT': {
      const [address = '', port = ''] = after(words, '--to-destination').split(':');
      const seen = words.includes('--set') ? `${state.seen}!${after(words, '--name')}` : state.seen;
      return end({ destination: parseIp(address) ?? 0, port: Number(port), isTranslated: true, seen });
    }
    case 'MARK': {
      const [value = 0, mask = 0xffffffff] = after(words, '--set-xmark').split('/').map(Number);
      return { ended: [], left: [{ ...state, mark: ((state.mark & ~mask) ^ value) >>> 0 }] };
    }
    default:
      if (!node.chains.has(`${table} ${target}`)) throw new Error(`no target ${target}`);
      return passChain(node, table, target, state);
  }
}

function asked({ words, target }: Rule): string {
  return `?${after(words, '--name')} ${after(words, '--seconds')}>${target}`;
}

function after(words: readonly string[], flag: string): string {
  const at = words.indexOf(flag);
  return at < 0 ? '' : (words[at + 1] ?? '');
}

const rules = new Map<string, Rule>();

function readRule(text: string): Rule {
  const known = rules.get(text);
  if (known !== undefined) return known;
  const words = text.match(/"[^"]*"|\S+/g) ?? [];
  const conditions: Condition[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '!') continue;
    const [count, meaning] = WORDS[word] ?? [];
    if (count === undefined) throw new Error(`no such word: ${word} in ${text}`);
    const values = words.slice(at + 1, at + 1 + count);
    if (meaning !== undefined) {
      const isNot = words[at - 1] === '!';
      const holds = meaning(values);
      conditions.push((state, node) => {
        const share = Number(holds(state, node));
        return isNot ? 1 - share : share;
      });
    }
    at += count;
  }
  const rule = { conditions, target: after(words, '-j'), words };
  rules.set(text, rule);
  return rule;
}

type Meaning = (values: readonly string[]) => (state: State, node: Node) => boolean | number;

/** How many values follow each word, and what it asks of packets. */
const WORDS: Readonly<Record<string, readonly [count: number, meaning?: Meaning]>> = {
  '-s': [1, ([text = '']) => within(text, ({ source }) => source)],
  '-d': [1, ([text = '']) => within(text, ({ destination }) => destination)],
  '-p': [
    1,
    ([name]) =>
      ({ packet }) =>
        packet.protocol === name,
  ],
  '--dport': [
    1,
    ([number]) =>
      ({ port }) =>
        port === Number(number),
  ],
  '--src-type': [
    1,
    () =>
      ({ source }, { local }) =>
        isLocal(local, source),
  ],
  '--dst-type': [
    1,
    () =>
      ({ destination }, { local }) =>
        isLocal(local, destination),
  ],
  '--mark': [
    1,
    ([text = '']) => {
      const [value = 0, mask = 0xffffffff] = text.split('/').map(Number);
      return ({ mark }) => (mark & mask) >>> 0 === value;
    },
  ],
  '--ctstate': [
    1,
    ([text = '']) => {
      const wanted = text.split(',');
      return ({ isReply, isTranslated }) =>
        wanted.includes(isReply ? 'ESTABLISHED' : 'NEW') || (isTranslated && wanted.includes('DNAT'));
    },
  ],
  '--probability': [
    1,
    ([share]) =>
      () =>
        Number(share),
  ],
  // Nobody is known yet.
  '--rcheck': [0, () => () => false],
  '--match-set': [
    2,
    ([name = '', sides = '']) =>
      (state, { sets }) =>
        inSet(sets.get(name), sides.split(','), {
          protocol: state.packet.protocol,
          src: { address: state.source, port: state.sourcePort ?? 40_000 },
          dst: { address: state.destination, port: state.port },
        }),
  ],
  // Pods come by ports of the bridge.
  '--physdev-is-in': [
    0,
    () =>
      ({ packet }) =>
        packet.isOfPod,
  ],
  '--vaddr': [1, () => () => false],
  '-m': [1],
  '-j': [1],
  '--comment': [1],
  '--mode': [1],
  '--seconds': [1],
  '--name': [1],
  '--mask': [1],
  '--reap': [0],
  '--rsource': [0],
  '--set': [0],
  '--nfacct-name': [1],
  '--vproto': [1],
  '--vport': [1],
  '--reject-with': [1],
  '--to-destination': [1],
  '--set-xmark': [1],
  '--random-fully': [0],
};

function within(text: string, side: (state: State) => Ip): (state: State) => boolean {
  const cidr = parseCidr(text);
  return (state) => cidr !== undefined && cidrContains(cidr, side(state));
}

function isLocal(local: ReadonlySet<Ip>, address: Ip): boolean {
  return local.has(address) || (typeof address === 'number' && address >>> 24 === 127);
}
