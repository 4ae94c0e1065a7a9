import type { Ip } from '../../../model/address.ts';
import { type Cidr, cidrOf, lastOf } from '../../../model/cidr.ts';
import type { NodeState } from '../../node-state.ts';
import type { ValueRange } from '../../ruleset/verdict.ts';
import { isSilent } from '../next-node.ts';
import { ValueClasses } from './value-classes.ts';

const known = new WeakMap<NodeState, { readonly classes: ValueClasses | undefined }>();

/**
 * The addresses that `node` tells apart beside its rules: by routes, routing rules, interfaces, virtual servers, and neighbours that do not answer.
 * Bridge ports ask for no address but that of a pod that reaches itself. Undefined where too many of them overlap.
 */
export function nodeAddressesOf(node: NodeState): ValueClasses | undefined {
  let found = known.get(node);
  if (found === undefined) known.set(node, (found = { classes: ValueClasses.of([...rangesOf(node)]) }));
  return found.classes;
}

/** Loopback, multicast and broadcast. */
const SPECIAL: readonly ValueRange[] = [
  { low: 0x7f000000, high: 0x7fffffff },
  { low: 0xe0000000, high: 0xefffffff },
  { low: 0xffffffff, high: 0xffffffff },
  { low: 1n, high: 1n },
  { low: 0xffn << 120n, high: (1n << 128n) - 1n },
];

function* rangesOf(node: NodeState): Generator<ValueRange> {
  yield* SPECIAL;
  for (const { destination, via } of node.routes ?? []) {
    yield rangeOf(destination);
    if (via !== undefined) yield one(via);
  }
  for (const { from, to } of node.routeRules ?? []) {
    if (from) yield rangeOf(from);
    if (to) yield rangeOf(to);
  }
  for (const { addresses } of node.links ?? []) {
    for (const { address, prefix } of addresses) {
      yield one(address);
      yield rangeOf(cidrOf(address, prefix));
    }
  }
  for (const neighbour of node.neighbours ?? []) if (isSilent(neighbour)) yield one(neighbour.address);
  for (const { address } of node.ipvs ?? []) if (address !== undefined) yield one(address);
}

function one(address: Ip): ValueRange {
  return { low: address, high: address };
}

function rangeOf(cidr: Cidr): ValueRange {
  return { low: cidr.first, high: lastOf(cidr) };
}
