import { OWN } from '../kernel-judge/random-values.ts';
import type {
  Action,
  Condition,
  ListedKey,
  MapVerdict,
  RandomChain,
  RandomPacket,
  RandomRule,
  RandomRuleset,
  TableName,
} from '../kernel-judge/ruleset-model.ts';

/** One way a packet may go: the rules that applied, in order, and how it ended. */
export interface ReferenceBranch {
  readonly weight: number;
  /** `table chain index` of each rule whose conditions held. */
  readonly rules: readonly string[];
  readonly result: 'delivered' | 'dropped' | 'rejected';
  readonly destination: string;
  readonly port: number;
  readonly sourceNat: string;
}

// Plain objects, copied at every step: this walker is to be read, not to be fast.
interface Packet extends RandomPacket {
  readonly sourcePort: number;
  readonly mark: number;
  readonly connmark: number;
  readonly state: 'NEW' | 'INVALID' | 'UNTRACKED';
  readonly isTranslated: boolean;
  readonly sourceNat: string;
  /** What the first packet of the connection asked for. */
  readonly asked: string;
  readonly weight: number;
  readonly rules: readonly string[];
  readonly fate: 'goes on' | 'dropped' | 'rejected';
}

interface Place {
  readonly flavour: 'iptables' | 'nft';
  readonly table: TableName;
  readonly chains: readonly RandomChain[];
}

/** Where a packet from outside goes, told from iptables(8), iptables-extensions(8) and nft(8) alone. */
export function referenceWalk(
  flavour: 'iptables' | 'nft',
  ruleset: RandomRuleset,
  packet: RandomPacket,
  sourcePort: number,
): ReferenceBranch[] {
  const start: Packet = {
    ...packet,
    sourcePort,
    mark: 0,
    connmark: 0,
    state: 'INVALID',
    isTranslated: false,
    sourceNat: 'none',
    asked: packet.destination,
    weight: 1,
    rules: [],
    fate: 'goes on',
  };
  const hook = (packets: Packet[], name: string, ...tables: TableName[]): Packet[] =>
    tables.reduce(
      (all, table) => all.flatMap((one) => passTable({ flavour, table, chains: ruleset[table] }, name, one)),
      packets,
    );
  const raw = hook([start], 'PREROUTING', 'raw').map((one) => ({
    ...one,
    state: one.state === 'INVALID' ? ('NEW' as const) : one.state,
  }));
  const routed = hook(raw, 'PREROUTING', 'mangle', 'nat');
  const through = routed.flatMap((one) =>
    OWN.includes(one.destination)
      ? hook([one], 'INPUT', 'mangle', 'filter', 'security', 'nat')
      : hook(hook([one], 'FORWARD', 'mangle', 'filter', 'security'), 'POSTROUTING', 'mangle', 'nat'),
  );
  return through.map((one) => ({
    weight: one.weight,
    rules: one.rules,
    result: one.fate === 'goes on' ? 'delivered' : one.fate,
    destination: one.destination,
    port: one.destinationPort,
    sourceNat: one.sourceNat,
  }));
}

function passTable(place: Place, hook: string, packet: Packet): Packet[] {
  const base = place.chains.find((chain) => chain.hook === hook);
  if (packet.fate !== 'goes on' || base === undefined) return [packet];
  if (place.table === 'nat' && packet.state === 'UNTRACKED') return [packet];
  return passChain(place, base, packet).map(({ packet: one, ending }) =>
    ending !== 'accepted' && base.policy === 'DROP' ? { ...one, fate: 'dropped' as const } : one,
  );
}

interface Passed {
  readonly packet: Packet;
  /** `returned`: came to the chain's end or a return. `accepted`: a verdict for the whole base chain. */
  readonly ending: 'returned' | 'accepted';
}

function passChain(place: Place, chain: RandomChain, packet: Packet, from = 0): Passed[] {
  const rule = chain.rules[from];
  if (rule === undefined) return [{ packet, ending: 'returned' }];
  const chance = chanceOf(place, rule, packet);
  const next = (one: Packet): Passed[] => passChain(place, chain, one, from + 1);
  const missed = chance === 1 ? [] : next({ ...packet, weight: packet.weight * (1 - chance) });
  if (chance === 0) return missed;
  const hit: Packet = {
    ...packet,
    weight: packet.weight * chance,
    rules: [...packet.rules, `${place.table} ${chain.name} ${from}`],
  };
  return [...missed, ...act(place, rule, rule.action, hit, next)];
}

function act(
  place: Place,
  { protocol }: RandomRule,
  action: Action,
  packet: Packet,
  next: (packet: Packet) => Passed[],
): Passed[] {
  switch (action.kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'jump':
    case 'goto':
      return decide(place, action, packet, next);
    case 'reject':
      return [{ packet: { ...packet, fate: 'rejected' }, ending: 'accepted' }];
    case 'none':
    case 'log':
      return next(packet);
    case 'connmark':
      // Without a connection there is no mark to change.
      return next(
        packet.state === 'UNTRACKED' ? packet : { ...packet, connmark: changed(packet.connmark, action) },
      );
    case 'mark':
      return next({ ...packet, mark: changed(packet.mark, action) });
    case 'save-mark':
      // Without a connection there is nothing to save to; nft ends the rule there, which changes nothing else.
      return next(packet.state === 'UNTRACKED' ? packet : { ...packet, connmark: packet.mark });
    case 'restore-mark':
      return next(packet.state === 'UNTRACKED' ? packet : { ...packet, mark: packet.connmark });
    case 'notrack':
      return next({ ...packet, state: 'UNTRACKED' });
    case 'dnat':
      return translate(packet, action.address, hasPorts(protocol) ? action.port : packet.destinationPort);
    case 'redirect':
      return translate(packet, OWN[1] ?? '', action.port);
    case 'netmap':
      return translate(packet, `203.0.113.${packet.destination.split('.')[3]}`, packet.destinationPort);
    case 'snat':
      return [{ packet: { ...packet, sourceNat: action.address }, ending: 'accepted' }];
    case 'dispatch': {
      const found = action.elements.find(({ key }) => isListed(key, packet));
      return decide(place, found?.verdict, packet, next);
    }
    case 'spread':
      return action.verdicts.flatMap((verdict) =>
        decide(place, verdict, { ...packet, weight: packet.weight / action.verdicts.length }, next),
      );
    case 'dnat-spread':
      return action.targets.flatMap((target) => {
        const one = { ...packet, weight: packet.weight / action.targets.length };
        return target === undefined ? next(one) : translate(one, target.address, target.port);
      });
    case 'masquerade':
      return [{ packet: { ...packet, sourceNat: 'masquerade' }, ending: 'accepted' }];
  }
}

/** A verdict, of a rule or of a map; a map without one for the packet ends the rule. */
function decide(
  place: Place,
  verdict: MapVerdict | undefined,
  packet: Packet,
  next: (packet: Packet) => Passed[],
): Passed[] {
  switch (verdict?.kind) {
    case 'accept':
      return [{ packet, ending: 'accepted' }];
    case 'drop':
      return [{ packet: { ...packet, fate: 'dropped' }, ending: 'accepted' }];
    case 'return':
      return [{ packet, ending: 'returned' }];
    case 'jump':
    case 'goto': {
      const target = place.chains.find(({ name }) => name === verdict.chain);
      if (target === undefined) throw new Error(`no chain ${verdict.chain}`);
      return passChain(place, target, packet).flatMap((passed) =>
        passed.ending === 'returned' && verdict.kind === 'jump' ? next(passed.packet) : [passed],
      );
    }
    case 'continue':
    case undefined:
      return next(packet);
  }
}

function translate(packet: Packet, destination: string, destinationPort: number): Passed[] {
  const isTranslated = destination !== packet.destination || destinationPort !== packet.destinationPort;
  return [{ packet: { ...packet, destination, destinationPort, isTranslated }, ending: 'accepted' }];
}

function changed(mark: number, { value, mask }: { readonly value: number; readonly mask: number }): number {
  return ((mark & ~mask) ^ value) >>> 0;
}

function hasPorts(protocol: RandomRule['protocol']): boolean {
  return protocol !== undefined && !protocol.not;
}

function isListed({ prefix, protocol, low, high }: ListedKey, packet: Packet): boolean {
  const { destination, destinationPort } = packet;
  return (
    isInPrefix(destination, prefix) &&
    protocol === packet.protocol &&
    destinationPort >= low &&
    destinationPort <= high
  );
}

/** The share of packets like this one for which every condition of the rule holds. */
function chanceOf(place: Place, rule: RandomRule, packet: Packet): number {
  const { protocol } = rule;
  if (protocol !== undefined && (protocol.name === packet.protocol) === protocol.not) return 0;
  return rule.conditions.reduce((chance, condition) => chance * holds(place, condition, packet), 1);
}

function holds({ flavour }: Place, condition: Condition, packet: Packet): number {
  if (condition.kind === 'random') return condition.quarter / 4;
  const isUntracked = packet.state === 'UNTRACKED';
  // Without a connection, its mark and status do not exist: the rule does not apply, negated or not.
  if (isUntracked && (condition.kind === 'connmark' || condition.kind === 'asked')) return 0;
  if (isUntracked && condition.kind === 'translated' && flavour === 'nft') return 0;
  const isTrue = test(condition, packet);
  return ('not' in condition && condition.not) === isTrue ? 0 : 1;
}

function test(condition: Exclude<Condition, { kind: 'random' }>, packet: Packet): boolean {
  switch (condition.kind) {
    case 'source':
      return isInPrefix(packet.source, condition.prefix);
    case 'destination':
      return isInPrefix(packet.destination, condition.prefix);
    case 'destination-port':
      return packet.destinationPort >= condition.low && packet.destinationPort <= condition.high;
    case 'source-port':
      return packet.sourcePort >= condition.low && packet.sourcePort <= condition.high;
    case 'ports':
      return condition.ports.includes(packet.destinationPort);
    case 'mark':
      return (packet.mark & condition.mask) >>> 0 === condition.value;
    case 'connmark':
      return (packet.connmark & condition.mask) >>> 0 === condition.value;
    case 'state':
      return (condition.states as readonly string[]).includes(packet.state);
    case 'translated':
      return packet.isTranslated;
    case 'interface-in':
      return condition.name === 'judge1' || condition.name === 'judge+';
    case 'listed':
      return condition.keys.some((key) => isListed(key, packet));
    case 'local':
      return OWN.includes(condition.side === 'source' ? packet.source : packet.destination);
    case 'local-here':
      return packet.destination === OWN[1];
    case 'source-range':
      return condition.low <= packet.source && packet.source <= condition.high;
    case 'asked':
      return packet.asked === condition.address;
    case 'opens':
      return packet.protocol === 'tcp';
  }
}

function isInPrefix(address: string, prefix: string): boolean {
  const [first = '', length = '32'] = prefix.split('/');
  const bits = (text: string): string =>
    text
      .split('.')
      .map((octet) => Number(octet).toString(2).padStart(8, '0'))
      .join('');
  return bits(address).slice(0, Number(length)) === bits(first).slice(0, Number(length));
}
