import { type Ip } from '../../src/model/address.ts';
import { cidrContains, parseCidr } from '../../src/model/cidr.ts';
import { inSet } from './judge-sets.ts';
import type { Condition, JudgedNode, Rule, State } from './judged-node.ts';

/** The word behind `flag`; empty where there is none. */
export function after(words: readonly string[], flag: string): string {
  const at = words.indexOf(flag);
  return at < 0 ? '' : (words[at + 1] ?? '');
}

const rules = new Map<string, Rule>();

/** Reads the words of a rule behind its chain; those of kube-proxy and flannel, others are an error. */
export function readRule(text: string): Rule {
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

type Meaning = (values: readonly string[]) => (state: State, node: JudgedNode) => boolean | number;

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
