import type { BridgePort, InterfaceAddress, Link, Route } from '../../dataplane/routes/routes.ts';
import type { Ip } from '../../model/address.ts';
import { lastOf } from '../../model/cidr.ts';

/** One entry a link: `ip addr` knows the addresses, `ip -d link` the kind. */
export function mergeLinks(links: readonly Link[]): Link[] {
  const merged = new Map<string, Link>();
  for (const link of links) {
    const before = merged.get(link.name);
    merged.set(link.name, before ? join(before, link) : link);
  }
  return [...merged.values()];
}

function join(a: Link, b: Link): Link {
  return {
    ...b,
    ...a,
    isPromiscuous: a.isPromiscuous || b.isPromiscuous,
    addresses: a.addresses.length > 0 ? a.addresses : b.addresses,
  };
}

/**
 * `links` with the addresses that the local table of `routes` has on them and that `ip addr` does not show, because it was cut or not read.
 * *Source:* linux/net/ipv4/fib_frontend.c `fib_add_ifaddr`: the kernel keeps a local route for every address.
 */
export function completeLinks(links: readonly Link[], routes: readonly Route[]): Link[] {
  const byDevice = new Map<string, Ip[]>();
  for (const { type, table, device, destination } of routes) {
    if (
      type !== 'local' ||
      table !== 'local' ||
      device === undefined ||
      lastOf(destination) !== destination.first
    )
      continue;
    byDevice.set(device, [...(byDevice.get(device) ?? []), destination.first]);
  }
  return links.map((link) => {
    const known = new Set(link.addresses.map(({ address }) => address));
    const missing = (byDevice.get(link.name) ?? []).filter((address) => !known.has(address));
    if (missing.length === 0 || link.isLoopback) return link;
    const added = missing.map((address) => addressFor(address, link.name, routes));
    return { ...link, addresses: [...link.addresses, ...added] };
  });
}

/** The address with the prefix of the network that it is the node's source in. */
function addressFor(address: Ip, device: string, routes: readonly Route[]): InterfaceAddress {
  const network = routes.find((route) => route.device === device && route.preferredSource === address);
  const prefix = network?.destination.prefix ?? (typeof address === 'number' ? 32 : 128);
  const isLinkLocal = typeof address === 'bigint' && address >> 118n === 0x3fan;
  return { address, prefix, scope: isLinkLocal ? 'link' : 'global' };
}

/** One entry a port: `bridge link` knows the bridge, sysfs only the flag; the link's master fills what is missing. */
export function mergeBridgePorts(ports: readonly BridgePort[], links: readonly Link[]): BridgePort[] {
  const masters = new Map(links.map(({ name, master }) => [name, master]));
  const merged = new Map<string, BridgePort>();
  for (const port of ports) merged.set(port.name, { ...port, ...merged.get(port.name) });
  return [...merged.values()].map((port) => {
    const bridge = port.bridge ?? masters.get(port.name);
    return bridge === undefined ? port : { ...port, bridge };
  });
}
