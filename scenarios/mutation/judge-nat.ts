import { cidrContains, parseCidr } from '../../src/model/cidr.ts';
import type { Ip } from '../../src/model/address.ts';

/** A first packet as it meets the nat table of its node. */
export interface JudgedPacket {
  readonly hook: 'PREROUTING' | 'OUTPUT';
  readonly source: Ip;
  readonly destination: Ip;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
  /** The node's own addresses. */
  readonly local: ReadonlySet<Ip>;
}

type Fates = Map<string, number>;

interface Run {
  readonly rules: ReadonlyMap<string, readonly (readonly string[])[]>;
  readonly packet: JudgedPacket;
  readonly fates: Fates;
}

/**
 * What nat rules in iptables-save's text make of a packet: each end with its share, as text. Told from iptables(8) and
 * iptables-extensions(8) alone, for the words that kube-proxy uses; it shares nothing with the parser or the walk. Postrouting
 * counts by whether it replaces the source of marked packets.
 */
export function judgeNat(lines: readonly string[], packet: JudgedPacket): string {
  const rules = new Map<string, string[][]>();
  for (const line of lines) {
    if (!line.startsWith('-A ')) continue;
    const words = (line.match(/"[^"]*"|\S+/g) ?? []).slice(1);
    const [chain = ''] = words;
    const before = rules.get(chain);
    if (before) before.push(words.slice(1));
    else rules.set(chain, [words.slice(1)]);
  }
  const run: Run = { rules, packet, fates: new Map() };
  const left = pass(run, packet.hook, 1, false, '');
  for (const [marked, weight] of left) end(run, 'untranslated', weight, marked === 'true', '');
  // The mark is cleared for the sake of encapsulated copies of the packet: its own fate does not change.
  const replaces = (rules.get('KUBE-POSTROUTING') ?? [])
    .filter((words) => after(words, '-j') !== 'MARK')
    .map((words) => words.join(' '))
    .join(';');
  return `${[...run.fates]
    .map(([fate, weight]) => `${fate} ${weight.toFixed(5)}`)
    .sort()
    .join('\n')}\n${replaces}\n${(rules.get('POSTROUTING') ?? []).join(';')}`;
}

function end({ fates }: Run, fate: string, weight: number, marked: boolean, seen: string): void {
  const key = `${fate} ${marked ? 'marked' : 'kept'} ${seen}`;
  fates.set(key, (fates.get(key) ?? 0) + weight);
}

/** Weights of what comes to the chain's end, by mark. */
function pass(run: Run, chain: string, weight: number, marked: boolean, seen: string): Map<string, number> {
  let rest = weight;
  let isMarked = marked;
  for (const words of run.rules.get(chain) ?? []) {
    if (rest < 1e-9) break;
    const share = rest * matches(words, run.packet);
    if (share === 0) {
      if (words.includes('--rcheck')) seen += `?${after(words, '--name')}>${after(words, '-j')}`;
      continue;
    }
    const target = after(words, '-j');
    if (target === 'RETURN') rest -= share;
    else if (target === 'DNAT') {
      const sets = words.includes('--set') ? `!${after(words, '--name')}` : '';
      end(run, after(words, '--to-destination'), share, isMarked, `${seen}${sets}`);
      rest -= share;
    } else if (target === 'MARK') isMarked ||= after(words, '--set-xmark') === '0x4000/0x4000';
    else if (run.rules.has(target)) {
      const left = pass(run, target, share, isMarked, seen);
      const back = [...left.values()].reduce((sum, each) => sum + each, 0);
      rest += back - share;
      if ([...left.keys()].includes('true')) isMarked = true;
    }
  }
  return new Map([[String(isMarked), rest]]);
}

function after(words: readonly string[], flag: string): string {
  return words[words.indexOf(flag) + 1] ?? '';
}

/** The share of packets like this one that the rule takes. */
function matches(words: readonly string[], packet: JudgedPacket): number {
  let share = 1;
  const is = (flag: string, holds: (value: string) => boolean): void => {
    const at = words.indexOf(flag);
    if (at < 0) return;
    if (holds(words[at + 1] ?? '') === (words[at - 1] === '!')) share = 0;
  };
  const within = (text: string, address: Ip): boolean => {
    const cidr = parseCidr(text);
    return cidr !== undefined && cidrContains(cidr, address);
  };
  is('-s', (text) => within(text, packet.source));
  is('-d', (text) => within(text, packet.destination));
  is('-p', (text) => text === packet.protocol);
  is('--dport', (text) => Number(text) === packet.port);
  is('--src-type', () => packet.local.has(packet.source));
  is('--dst-type', () => packet.local.has(packet.destination));
  if (words.includes('--rcheck')) return 0;
  if (words.includes('--probability')) share *= Number(after(words, '--probability'));
  return share;
}
