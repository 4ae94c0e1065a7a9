import type { Network } from '../dataplane/node-state.ts';
import { formatIp } from '../model/address.ts';
import type { Gap } from '../model/evidence.ts';
import type { Packet } from '../model/packet.ts';
import { parseProtocol } from '../model/protocol.ts';
import type { World } from '../world/world.ts';

/**
 * Who asks for a node port means an address of a node. Where neither objects nor the node's interfaces tell its addresses, and nobody
 * else owns the destination, it is taken for one of `node`, and the gap says so; undefined where nothing needs to be assumed.
 */
export function assumeNodeAddress(
  world: World,
  { destination, destinationPort, protocol }: Packet,
  node: string,
): { readonly network: Network; readonly gap: Gap } | undefined {
  const { network } = world;
  const state = network.nodes.get(node);
  if (state === undefined || state.links !== undefined || state.routes !== undefined) return undefined;
  if (world.nodes.some(({ metadata }) => metadata.name === node)) return undefined;
  if (network.placeOf(destination) !== undefined || network.isClusterAddress(destination)) return undefined;
  const service = world.services.find(
    ({ spec }) =>
      (spec.healthCheckNodePort !== undefined && spec.healthCheckNodePort === destinationPort) ||
      spec.ports?.some(
        ({ nodePort, protocol: name }) =>
          nodePort !== undefined && nodePort === destinationPort && parseProtocol(name ?? 'TCP') === protocol,
      ),
  );
  const text = formatIp(destination);
  if (service === undefined || world.services.some((other) => isReachedBy(other, text))) return undefined;
  const { namespace, name } = service.metadata;
  return {
    network: {
      ...network,
      placeOf: (address) =>
        address === destination ? { node, isHostNetwork: true } : network.placeOf(address),
    },
    gap: {
      what: `addresses of ${node}`,
      why: `they were not read; ${text} is taken for one of them, since ${destinationPort} is a node port of Service ${namespace}/${name}`,
      unlock: `add kubectl get nodes -o json, or ip addr of ${node}`,
      node,
    },
  };
}

/** Whether `address` is an external address of the Service. */
function isReachedBy({ spec, status }: World['services'][number], address: string): boolean {
  return (
    spec.externalIPs?.includes(address) === true ||
    status?.loadBalancer?.ingress?.some(({ ip }) => ip === address) === true
  );
}
