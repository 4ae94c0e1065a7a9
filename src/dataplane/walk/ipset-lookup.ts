import type { Expression } from '../ruleset/rule-parts.ts';
import type { IpSet, KeyValue } from '../ruleset/sets.ts';
import type { PacketState } from './packet-state.ts';
import { changedElement, changeSet } from './set-changes.ts';

/**
 * Whether the packet is in the ipset `name`. Each part of `key` tells only the side (source or destination) of one dimension; what the
 * dimension is, the set's type says. *Source:* ipset(8), iptables-extensions(8) `set`.
 */
export function ipsetHolds(
  state: PacketState,
  key: readonly Expression[],
  name: string,
): 'yes' | 'no' | 'unknown' {
  return holds(state, key, name, 0);
}

/**
 * Adds the packet to the ipset `name`, or takes it out. What becomes of a set of networks, whose prefix the set chooses, is not known.
 * *Source:* ipset(8), iptables-extensions(8) `SET`.
 */
export function changeIpset(
  state: PacketState,
  key: readonly Expression[],
  name: string,
  operation: 'add' | 'update' | 'delete',
): void {
  const set = state.node.ipsets.get(name);
  const values = set && keyValues(state, key, set);
  if (set === undefined || values === undefined) return;
  const isPlain = !set.type.includes('net') && !set.type.startsWith('list:');
  const element = isPlain ? (operation === 'delete' ? undefined : { key: [], line: 0 }) : 'unknown';
  changeSet(state, { of: set.elements, key: isPlain ? values : values.map(() => undefined), element });
}

function holds(
  state: PacketState,
  key: readonly Expression[],
  name: string,
  depth: number,
): 'yes' | 'no' | 'unknown' {
  const set = state.node.ipsets.get(name);
  if (set === undefined || depth > 8) return 'unknown';
  if (set.type.startsWith('list:')) {
    let result: 'no' | 'unknown' = 'no';
    for (const member of set.members ?? []) {
      const inner = holds(state, key, member, depth + 1);
      if (inner === 'yes') return 'yes';
      if (inner === 'unknown') result = 'unknown';
    }
    return set.members === undefined ? 'unknown' : result;
  }
  if (set.family !== 'unspec' && (set.family === 'inet') !== (typeof state.destination === 'number'))
    return 'no';
  const values = keyValues(state, key, set);
  if (values === undefined) return 'unknown';
  const changed = state.setChanges === undefined ? 'untouched' : changedElement(state, set.elements, values);
  const found = changed === 'untouched' ? set.elements.find(values) : changed;
  if (found === 'unknown') return changed === 'untouched' ? holdsForPorts(set, values) : 'unknown';
  return found === undefined || found.nomatch === true ? 'no' : 'yes';
}

/** Ports that clients get, which no set means: they are in it only with a wide range around them. */
const SOME_PORTS = [33_391, 40_499, 47_609, 54_713, 60_917];

/** For a port that is free: a member of one port, or of a few, misses it but for a negligible share of clients. */
function holdsForPorts(set: IpSet, values: readonly KeyValue[]): 'yes' | 'no' | 'unknown' {
  if (values.filter((value) => value === undefined).length !== 1) return 'unknown';
  const free = values.indexOf(undefined);
  if (!partsOf(set)[free]) return 'unknown';
  const found = SOME_PORTS.map((port) => {
    const element = set.elements.find(values.map((value, at) => (at === free ? port : value)));
    if (element === 'unknown') return 'unknown';
    return element === undefined || element.nomatch === true ? 'no' : 'yes';
  });
  const [first = 'unknown'] = found;
  return found.every((each) => each === first) ? first : 'unknown';
}

/** Of each part of a key, whether it is a port. */
function partsOf({ type }: IpSet): boolean[] {
  const kinds = type.slice(type.indexOf(':') + 1).split(',');
  return kinds.flatMap((kind) => (kind === 'port' ? [false, true] : [false]));
}

function keyValues(state: PacketState, key: readonly Expression[], set: IpSet): KeyValue[] | undefined {
  const kinds = set.type.slice(set.type.indexOf(':') + 1).split(',');
  const values: KeyValue[] = [];
  for (const [i, kind] of kinds.entries()) {
    const isSource = isSourceSide(key[i] ?? key[key.length - 1]);
    switch (kind) {
      case 'ip':
      case 'net':
        values.push(isSource ? (state.isSourceKnown ? state.source : undefined) : state.destination);
        break;
      case 'port':
        // A port is two parts; a bitmap's elements take any protocol.
        values.push(state.protocol, isSource ? state.sourcePort : state.destinationPort);
        break;
      case 'iface':
        values.push(isSource ? state.iif : state.oif);
        break;
      case 'mark':
        values.push(state.mark);
        break;
      default:
        return undefined;
    }
  }
  return values;
}

function isSourceSide(part: Expression | undefined): boolean {
  if (part?.kind !== 'field') return false;
  return part.field === 'saddr' || part.field === 'sport' || part.field === 'iifname';
}
