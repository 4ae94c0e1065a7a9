import type { ForwardingEntry } from '../../dataplane/routes/parse-bridge-fdb.ts';
import type { BridgePort, Neighbour } from '../../dataplane/routes/routes.ts';
import type { Ip } from '../../model/address.ts';

/**
 * `ports` with the addresses behind them: the neighbours say which hardware address has which address, the bridge says behind which port
 * the hardware address is. Ports of which nothing was learned stay as they are.
 */
export function addressPorts(
  ports: readonly BridgePort[],
  forwarding: readonly ForwardingEntry[],
  neighbours: readonly Neighbour[],
): BridgePort[] {
  const byMac = new Map<string, Ip[]>();
  for (const { address, lladdr } of neighbours) {
    if (lladdr !== undefined) byMac.set(lladdr, [...(byMac.get(lladdr) ?? []), address]);
  }
  return ports.map((port) => {
    const addresses = forwarding.flatMap((entry) =>
      entry.port === port.name && !entry.isPermanent ? (byMac.get(entry.mac) ?? []) : [],
    );
    return addresses.length === 0 ? port : { ...port, addresses };
  });
}
