import type { Ip } from '../../model/address.ts';
import { cidrContains, cidrOf } from '../../model/cidr.ts';
import type { NodeState } from '../node-state.ts';
import type { Link } from '../routes/routes.ts';

const byName = new WeakMap<NodeState, ReadonlyMap<string, Link>>();

/** The interface `name` of `node`; undefined where there is none or interfaces were not read. */
export function linkOf(node: NodeState, name: string | undefined): Link | undefined {
  if (name === undefined || node.links === undefined) return undefined;
  let index = byName.get(node);
  if (index === undefined) byName.set(node, (index = new Map(node.links.map((link) => [link.name, link]))));
  return index.get(name);
}

/**
 * The address that MASQUERADE gives a packet leaving by `oif` towards `next`: the interface's address on the subnet of
 * `next`, else its first global one, else the first global one of the node. Undefined where interfaces were not read.
 * *Source:* linux/net/ipv4/devinet.c `inet_select_addr`.
 */
export function masqueradeAddress(node: NodeState, oif: string | undefined, next: Ip): Ip | undefined {
  const own = linkOf(node, oif);
  if (oif === undefined || own === undefined) return undefined;
  return selectAddress(own, next) ?? firstGlobal(node, next);
}

function selectAddress(link: Link, next: Ip): Ip | undefined {
  let first: Ip | undefined;
  for (const { address, prefix, scope } of link.addresses) {
    if (typeof address !== typeof next || scope === 'link' || scope === 'host') continue;
    if (cidrContains(cidrOf(address, prefix), next)) return address;
    first ??= address;
  }
  return first;
}

function firstGlobal(node: NodeState, next: Ip): Ip | undefined {
  for (const link of node.links ?? []) {
    for (const { address, scope } of link.addresses) {
      if (typeof address === typeof next && scope === 'global') return address;
    }
  }
  return undefined;
}

/** The source address of a packet made on the node that leaves by `device` towards `next`. */
export function sourceAddressFor(node: NodeState, device: string | undefined, next: Ip): Ip | undefined {
  const link = linkOf(node, device);
  if (link === undefined) return undefined;
  return selectAddress(link, next) ?? firstGlobal(node, next);
}
