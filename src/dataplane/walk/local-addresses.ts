import type { Ip } from '../../model/address.ts';
import { type Cidr, cidrContains, lastOf } from '../../model/cidr.ts';
import type { Network, NodeState } from '../node-state.ts';

interface LocalTable {
  /** Single addresses → the device they are on. */
  readonly hosts: ReadonlyMap<Ip, string | undefined>;
  readonly ranges: readonly { readonly cidr: Cidr; readonly device: string | undefined }[];
  readonly broadcasts: ReadonlySet<Ip>;
}

const tables = new WeakMap<NodeState, LocalTable | 'not-read'>();

/**
 * The type of `address` on `node` as the kernel's local table gives it: `local`, `broadcast`, `multicast` or `unicast`;
 * undefined where neither routes nor addresses were read and the API does not say. With `device`, only addresses of that
 * interface are local. *Source:* linux/net/ipv4/fib_frontend.c `__inet_dev_addr_type`.
 */
export function addressTypeOf(
  network: Network,
  node: NodeState,
  address: Ip,
  device?: string,
): 'local' | 'broadcast' | 'multicast' | 'unicast' | undefined {
  if (isMulticast(address)) return 'multicast';
  if (address === 0xffffffff) return 'broadcast';
  if (isLoopback(address)) return device === undefined || device === 'lo' ? 'local' : 'unicast';
  const table = localTableOf(node);
  if (table === 'not-read') return typeFromApi(network, node, address);
  if (table.hosts.has(address)) {
    return device === undefined || table.hosts.get(address) === device ? 'local' : 'unicast';
  }
  for (const range of table.ranges) {
    if (cidrContains(range.cidr, address)) {
      return device === undefined || range.device === device ? 'local' : 'unicast';
    }
  }
  return table.broadcasts.has(address) ? 'broadcast' : 'unicast';
}

/** Whether `address` is in 127.0.0.0/8 or ::1. */
export function isLoopback(address: Ip): boolean {
  return typeof address === 'number' ? address >= 0x7f000000 && address <= 0x7fffffff : address === 1n;
}

function isMulticast(address: Ip): boolean {
  return typeof address === 'number'
    ? address >= 0xe0000000 && address <= 0xefffffff
    : address >> 120n === 0xffn;
}

function typeFromApi(network: Network, node: NodeState, address: Ip): 'local' | 'unicast' | undefined {
  const place = network.placeOf(address);
  if (place !== undefined) {
    return place.node === node.name && (place.pod === undefined || place.isHostNetwork) ? 'local' : 'unicast';
  }
  // IPVS binds every virtual address to the node; without addresses that is the only sign of it.
  if (node.ipvs?.some((server) => server.address === address)) return 'local';
  return network.isClusterAddress(address) ? 'unicast' : undefined;
}

/** Whether it was read which addresses `node` has. */
export function knowsAddresses(node: NodeState): boolean {
  return localTableOf(node) !== 'not-read';
}

/**
 * Whether `address`, which the API gives to `node`, is on none of its interfaces, and all of them were read: `lo` is among them, and none has the address of
 * a pod, as where a pod's own interfaces were read in place of the node's.
 */
export function isAddressGone(network: Network, node: NodeState, address: Ip): boolean {
  const table = localTableOf(node);
  if (table === 'not-read' || addressTypeOf(network, node, address) !== 'unicast') return false;
  const loopback = typeof address === 'number' ? 0x7f000001 : 1n;
  const isWhole = table.hosts.has(loopback) || table.ranges.some(({ cidr }) => cidrContains(cidr, loopback));
  return isWhole && ![...table.hosts.keys()].some((own) => network.placeOf(own)?.isHostNetwork === false);
}

function localTableOf(node: NodeState): LocalTable | 'not-read' {
  const known = tables.get(node);
  if (known !== undefined) return known;
  const table = buildLocalTable(node);
  tables.set(node, table);
  return table;
}

function buildLocalTable(node: NodeState): LocalTable | 'not-read' {
  const hosts = new Map<Ip, string | undefined>();
  const ranges: { cidr: Cidr; device: string | undefined }[] = [];
  const broadcasts = new Set<Ip>();
  let isRead = false;
  for (const route of node.routes ?? []) {
    if (route.table !== 'local') continue;
    isRead = true;
    if (route.type === 'broadcast') broadcasts.add(route.destination.first);
    if (route.type !== 'local') continue;
    if (isHost(route.destination)) hosts.set(route.destination.first, route.device);
    else ranges.push({ cidr: route.destination, device: route.device });
  }
  for (const link of node.links ?? []) {
    for (const { address } of link.addresses) {
      // `ip link` shows none: every node has at least that of its loopback.
      isRead = true;
      if (!hosts.has(address)) hosts.set(address, link.name);
    }
  }
  return isRead ? { hosts, ranges, broadcasts } : 'not-read';
}

function isHost(cidr: Cidr): boolean {
  return lastOf(cidr) === cidr.first;
}
