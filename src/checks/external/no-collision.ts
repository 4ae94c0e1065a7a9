import { isHeard } from '../../dataplane/sockets/listens-on.ts';
import { type Ip, parseIp } from '../../model/address.ts';
import { parseProtocol } from '../../model/protocol.ts';
import { nodeWithAddress } from '../../intent/nodes-of.ts';
import { findService } from '../../intent/service-index.ts';
import type { Service, ServicePort } from '../../world/kubernetes/objects.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';
import { withServiceFollowed } from '../follow-objects.ts';

/** An external address of the Service is a node's own: connections to the node end at the Service, on every node in IPVS mode. */
export const noCollision: Check = defineCheck({
  id: 'external/no-collision',
  asserts: 'no external address of the Service is a node’s own',
  faults: ['R15', 'X09'],
  needs: ['service', 'nodeAddresses'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const claimed = [
      ...(service.spec.externalIPs ?? []),
      ...(service.status?.loadBalancer?.ingress ?? [])
        .filter(({ ipMode }) => ipMode !== 'Proxy')
        .map(({ ip }) => ip ?? ''),
    ];
    if (claimed.length === 0) return;
    const isIpvs = [...world.kubeProxies.values()].some(
      ({ config, modesInKernel }) => config.mode === 'ipvs' || modesInKernel.includes('ipvs'),
    );
    for (const text of claimed) {
      const address = parseIp(text);
      if (address === undefined) continue;
      const node = nodeWithAddress(world, address);
      if (node === undefined) continue;
      const taken = (service.spec.ports ?? []).filter((port) => isHeldBy(world, node, address, port));
      if (!isIpvs && taken.length === 0) continue;
      const { namespace, name } = service.metadata;
      yield {
        severity: isIpvs ? 'error' : 'warning',
        subject: `Service ${namespace}/${name}`,
        node,
        ...(isIpvs ? { share: [0, 1] as const } : {}),
        faults: isIpvs ? ['R15', 'X09'] : ['X09', 'R15'],
        summary: `${text}, an external address of ${namespace}/${name}, is ${node}’s own${isIpvs ? ': in IPVS mode every node takes it for itself and talks to itself instead of that node' : `, and what listens there on ${taken.map(({ port }) => port).join(', ')} gets no connection from outside: the Service takes it`}`,
        evidence: [{ ...world.locate(service, 'spec'), text: `external address ${text}` }],
        remedy: {
          text: 'use an address that no machine has',
          commands: [`kubectl -n ${namespace} get service ${name} -o yaml`],
        },
        ...(isIpvs ? { repair: (before: World) => withoutAddress(before, service, text) } : {}),
      };
    }
  },
});

/**
 * Whether a program of `node` listens on the Service’s port of all addresses; kube-proxy before 1.24 held the port of one of them itself.
 * *Source:* kubernetes/kubernetes#108496.
 */
function isHeldBy(world: World, node: string, address: Ip, { port, protocol }: ServicePort): boolean {
  const { sockets = [] } = world.nodeStates.get(node) ?? {};
  const wide = sockets.filter((socket) => socket.address === undefined);
  const number = parseProtocol(protocol ?? 'TCP');
  return number !== undefined && isHeard(wide, { address, port, protocol: number }) === true;
}

/** `world` in which the Service does not claim `address`, and every node's kube-proxy has let it go. */
function withoutAddress(world: World, { metadata }: Service, address: string): World {
  const service = findService(world, `${metadata.namespace}/${metadata.name}`);
  if (service === undefined) return world;
  const { spec, status } = service;
  const externalIPs = spec.externalIPs?.filter((each) => each !== address);
  const ingress = status?.loadBalancer?.ingress?.filter(({ ip }) => ip !== address);
  return withServiceFollowed(world, {
    ...service,
    spec: { ...spec, ...(externalIPs ? { externalIPs } : {}) },
    ...(ingress ? { status: { ...status, loadBalancer: { ingress } } } : {}),
  });
}
