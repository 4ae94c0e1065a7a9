import type { BridgePort, Link } from '../../dataplane/routes/routes.ts';

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
