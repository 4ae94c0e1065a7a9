import type { Ip, IpFamily } from '../model/address.ts';
import type { Frontend, FrontendKind } from '../model/frontend.ts';
import { parseProtocol } from '../model/protocol.ts';
import type { Service, ServicePort } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import { addressesOfFamily } from './addresses-of-family.ts';
import { clientNodesOf, nodeNamesOf, nodePortAddressesOf } from './nodes-of.ts';
import { proxyFactsOf } from './proxy-facts.ts';
import { nameOf } from './service-index.ts';

const FAMILIES: readonly IpFamily[] = ['IPv4', 'IPv6'];

/**
 * Every address, port and protocol under which `service` can be reached, in each family it has a ClusterIP of: ClusterIP,
 * NodePort on each address of each node that nodePortAddresses selects, external IPs, and load-balancer IPs with ipMode
 * VIP. Headless and ExternalName Services have none. A NodePort on 127.0.0.1 is left out.
 * *Source:* kubernetes v1.37 pkg/proxy/serviceport.go.
 */
export function frontendsOf(world: World, service: Service): Frontend[] {
  const { spec } = service;
  if (spec.type === 'ExternalName' || spec.clusterIP === 'None') return [];
  return FAMILIES.flatMap((family) => {
    const [clusterIp] = addressesOfFamily(spec.clusterIPs ?? [spec.clusterIP], family);
    if (clusterIp === undefined) return [];
    const externalIps = externalIpsOf(world, service, family);
    const loadBalancerIps = loadBalancerIpsOf(world, service, family);
    return (spec.ports ?? []).flatMap((port) => {
      const at = (kind: FrontendKind, address: Ip): Frontend[] => frontendAt(service, port, kind, address);
      return [
        ...at('clusterIP', clusterIp),
        ...nodePortFrontends(world, service, port, family),
        ...externalIps.flatMap((address) => at('externalIP', address)),
        ...loadBalancerIps.flatMap((address) => at('loadBalancerIP', address)),
      ];
    });
  });
}

/** The load-balancer IPs of `service` that kube-proxy answers for: those of ipMode Proxy are not, from 1.30 on. */
export function loadBalancerIpsOf(world: World, service: Service, family: IpFamily): Ip[] {
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  const vips = isOn(world, 'LoadBalancerIPMode', 30)
    ? ingress.filter(({ ipMode }) => ipMode !== 'Proxy')
    : ingress;
  return addressesOfFamily(
    vips.map(({ ip }) => ip),
    family,
  );
}

/** The external IPs of `service` that kube-proxy answers for; from 1.37 on a gate can turn them off. */
export function externalIpsOf(world: World, { spec }: Service, family: IpFamily): Ip[] {
  const { externalIPs = [] } = spec;
  return isOn(world, 'AllowServiceExternalIPs', 0) ? addressesOfFamily(externalIPs, family) : [];
}

/** Whether kube-proxy of the first node, which stands for all, has the feature: by its gate, or by default since release 1.`since`. */
function isOn(world: World, gate: string, since: number): boolean {
  const [node = ''] = nodeNamesOf(world);
  const { minor, config } = proxyFactsOf(world, node);
  return config.featureGates[gate] ?? minor >= since;
}

function frontendAt(
  service: Service,
  port: ServicePort,
  kind: FrontendKind,
  address: Ip,
  node?: string,
): Frontend[] {
  const protocol = parseProtocol(port.protocol ?? 'TCP');
  const number = kind === 'nodePort' ? port.nodePort : port.port;
  if (protocol === undefined || number === undefined) return [];
  const portName = port.name ?? '';
  const base = { kind, service: nameOf(service), portName, address, port: number, protocol };
  return [node === undefined ? base : { ...base, node }];
}

function nodePortFrontends(world: World, service: Service, port: ServicePort, family: IpFamily): Frontend[] {
  if (!port.nodePort) return [];
  return clientNodesOf(world).flatMap((node) =>
    nodePortAddressesOf(world, node, family).flatMap((address) =>
      frontendAt(service, port, 'nodePort', address, node),
    ),
  );
}
