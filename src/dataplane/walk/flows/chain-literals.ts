import type { NodeState } from '../../node-state.ts';
import type { Expression, Field, NatTarget, Part } from '../../ruleset/rule-parts.ts';
import type { Chain, Table } from '../../ruleset/ruleset.ts';
import type { ElementIndex, InlineMap, KeyPart } from '../../ruleset/sets.ts';
import type { ValueRange } from '../../ruleset/verdict.ts';
import { ValueClasses } from './value-classes.ts';

/**
 * What each field carries: an address or a port of the packet, its connection or its answer, or neither. Which addresses are local is the
 * node's matter.
 */
const CARRIES: Readonly<Record<Field, 'address' | 'port' | 'neither'>> = {
  saddr: 'address',
  daddr: 'address',
  'ct-original-saddr': 'address',
  'ct-original-daddr': 'address',
  'ct-reply-saddr': 'address',
  'ct-reply-daddr': 'address',
  sport: 'port',
  dport: 'port',
  'ct-original-sport': 'port',
  'ct-original-dport': 'port',
  'ct-reply-sport': 'port',
  'ct-reply-dport': 'port',
  l4proto: 'neither',
  nfproto: 'neither',
  iifname: 'neither',
  oifname: 'neither',
  physindev: 'neither',
  physoutdev: 'neither',
  mark: 'neither',
  ctmark: 'neither',
  ctstate: 'neither',
  ctstatus: 'neither',
  ctdirection: 'neither',
  'ct-protocol': 'neither',
  'ct-nfproto': 'neither',
  'saddr-type': 'neither',
  'daddr-type': 'neither',
  'icmp-type': 'neither',
  tcpflags: 'neither',
  length: 'neither',
  pkttype: 'neither',
  skuid: 'neither',
  skgid: 'neither',
  fragment: 'neither',
  'header-options': 'neither',
  'ether-type': 'neither',
};

/** Whether `field` carries a port; else it carries an address. */
export function isPortField(field: Field): boolean {
  return CARRIES[field] === 'port';
}

/** By field, the values that the rules of one chain tell apart; a field that no rule looks at is absent. `opaque`: it cannot be said. */
export type ChainLiterals = ReadonlyMap<Field, ValueClasses> | 'opaque';

const known = new WeakMap<NodeState, WeakMap<Chain, ChainLiterals>>();

/** Which values of the packet the rules of `chain` themselves tell apart, those of sets and maps included; chains that it jumps to have their own. */
export function literalsOf(node: NodeState, table: Table, chain: Chain): ChainLiterals {
  let byChain = known.get(node);
  if (byChain === undefined) known.set(node, (byChain = new WeakMap()));
  let literals = byChain.get(chain);
  if (literals === undefined) byChain.set(chain, (literals = new Collector(node, table).collect(chain)));
  return literals;
}

class Collector {
  private readonly ranges = new Map<Field, ValueRange[]>();
  private isOpaque = false;
  private readonly node: NodeState;
  private readonly table: Table;

  constructor(node: NodeState, table: Table) {
    this.node = node;
    this.table = table;
  }

  collect({ rules }: Chain): ChainLiterals {
    for (let i = 0; i < rules.length && !this.isOpaque; i++)
      for (const part of rules.at(i).parts) this.addPart(part);
    if (this.isOpaque) return 'opaque';
    const literals = new Map<Field, ValueClasses>();
    for (const [field, ranges] of this.ranges) {
      const classes = ValueClasses.of(ranges);
      if (classes === undefined) return 'opaque';
      literals.set(field, classes);
    }
    return literals;
  }

  private addPart(part: Part): void {
    switch (part.kind) {
      case 'compare':
        // Which port of a bridge leads to an address, the address tells.
        if (part.left.kind === 'field' && part.left.field === 'physoutdev') this.isOpaque = true;
        this.addValues(part.left, 'ranges' in part.values ? part.values.ranges : []);
        return;
      case 'any':
        for (const one of part.of) this.addPart(one);
        return;
      case 'bits':
        this.addWhole(part.left);
        return;
      case 'lookup':
        if (part.ipset) this.addIpset(part.set, part.key, 0);
        else this.addElements(part.inline ?? part.set, part.key);
        return;
      case 'ipvs':
        if (part.vaddr !== undefined) this.add('ct-original-daddr', [{ low: part.vaddr, high: part.vaddr }]);
        if (part.vport !== undefined) this.add('ct-original-dport', [{ low: part.vport, high: part.vport }]);
        return;
      case 'socket':
        for (const { address, port } of this.node.sockets ?? []) {
          this.add('dport', [{ low: port, high: port }]);
          if (address !== undefined) this.add('daddr', [{ low: address, high: address }]);
        }
        return;
      case 'vmap':
        this.addElements(part.map, part.key);
        return;
      case 'dnat':
      case 'snat':
        this.addTarget(part.to);
        return;
      case 'redirect':
        if (part.portMap) this.addElements(part.portMap.map, part.portMap.key);
        return;
      case 'update-set':
      case 'compute-mark':
        for (const expression of part.key) this.addWhole(expression);
        return;
      case 'netmap':
        this.isOpaque = true;
        return;
      // The source of a first packet, and what the node has: the same for all that comes this way.
      case 'random':
      case 'recent':
      case 'rpfilter':
      case 'unknown-match':
      case 'accept':
      case 'drop':
      case 'return':
      case 'continue':
      case 'queue':
      case 'jump':
      case 'goto':
      case 'reject':
      case 'masquerade':
      case 'set-mark':
      case 'set-ctmark':
      case 'save-mark':
      case 'restore-mark':
      case 'notrack':
      case 'tproxy':
      case 'pass':
      case 'unknown-statement':
        return;
    }
  }

  // Which address or port of a range is taken depends on the one that the packet has.
  private addTarget({ addresses, ports, map, portMap, isPrefix }: NatTarget): void {
    for (const lookup of [map, portMap]) if (lookup) this.addElements(lookup.map, lookup.key);
    const isFixed = (range: ValueRange | undefined): boolean =>
      range === undefined || range.low === range.high;
    if (!isFixed(addresses) || !isFixed(ports) || isPrefix === true) this.isOpaque = true;
    // A source that is the target already is left as it is.
    if (addresses !== undefined) this.add('saddr', [addresses]);
  }

  private addValues(left: Expression, ranges: readonly ValueRange[]): void {
    if (left.kind === 'hash') this.addWhole(left);
    if (left.kind !== 'field' || CARRIES[left.field] === 'neither') return;
    if (left.mask !== undefined || left.shift !== undefined) this.isOpaque = true;
    else this.add(left.field, ranges);
  }

  /** The expression depends on every bit of the field. */
  private addWhole(left: Expression): void {
    const fields = left.kind === 'field' ? [left.field] : left.kind === 'hash' ? left.fields : [];
    if (fields.some((field) => CARRIES[field] !== 'neither')) this.isOpaque = true;
  }

  private addElements(map: InlineMap | string, key: readonly Expression[]): void {
    const elements = typeof map === 'string' ? this.table.sets.get(map)?.elements : map.elements;
    if (elements !== undefined) this.addKeys(elements, key);
  }

  private addKeys(elements: ElementIndex, key: readonly Expression[]): void {
    if (key.some((part) => part.kind === 'hash')) this.isOpaque = true;
    key.forEach((part, i) => this.addValues(part, [...rangesAt(elements, i)]));
  }

  private addIpset(name: string, key: readonly Expression[], depth: number): void {
    const set = this.node.ipsets.get(name);
    if (set === undefined || depth > 8) return;
    if (set.type.startsWith('list:')) {
      for (const member of set.members ?? []) this.addIpset(member, key, depth + 1);
      return;
    }
    let at = 0;
    for (const [i, kind] of set.type
      .slice(set.type.indexOf(':') + 1)
      .split(',')
      .entries()) {
      const side = key[i] ?? key[key.length - 1];
      const isSource = side?.kind === 'field' && /^(saddr|sport|iifname)$/.test(side.field);
      if (kind === 'ip' || kind === 'net')
        this.add(isSource ? 'saddr' : 'daddr', [...rangesAt(set.elements, at)]);
      if (kind === 'port') this.add(isSource ? 'sport' : 'dport', [...rangesAt(set.elements, ++at)]);
      at++;
    }
  }

  private add(field: Field, ranges: readonly ValueRange[]): void {
    const before = this.ranges.get(field);
    if (before === undefined) this.ranges.set(field, [...ranges]);
    else for (const range of ranges) before.push(range);
  }
}

function* rangesAt(elements: ElementIndex, index: number): Generator<ValueRange> {
  for (const { key } of elements.all()) {
    const part: KeyPart | undefined = key[index];
    if (part !== undefined && 'low' in part) yield part;
  }
}
