import { externalIpsOf, loadBalancerIpsOf } from '../intent/frontends-of.ts';
import { whyNotProxied } from '../intent/is-proxied.ts';
import { nodePortRangesOf } from '../intent/nodes-of.ts';
import { proxyFactsOf } from '../intent/proxy-facts.ts';
import { selectEndpoints, targetsOf } from '../intent/select-endpoints.ts';
import { selectionRulesOf } from '../intent/selection-rules.ts';
import { type Ip, type IpFamily, familyOf, parseIp } from '../model/address.ts';
import { cidrContains, parseCidr } from '../model/cidr.ts';
import type { KubeProxyConfig } from '../world/kube-proxy-state.ts';
import type { Node, Service, ServicePort } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import type { ProxyView, ServicePortView } from './service-port.ts';

const ZONE = 'topology.kubernetes.io/zone';
const DEFAULT_AFFINITY_SECONDS = 10_800;

/** The Service ports of one family that kube-proxy on `node` writes rules for. *Source:* kubernetes v1.37 pkg/proxy/serviceport.go. */
export function viewServicePorts(world: World, node: string, family: IpFamily): ServicePortView[] {
  return world.services.flatMap((service) =>
    whyNotProxied(service) === undefined
      ? (service.spec.ports ?? []).flatMap((port) => viewPort(world, service, port, node, family) ?? [])
      : [],
  );
}

function viewPort(
  world: World,
  service: Service,
  port: ServicePort,
  node: string,
  family: IpFamily,
): ServicePortView | undefined {
  const { metadata, spec } = service;
  const clusterIp = addressesOf(spec.clusterIPs ?? [spec.clusterIP ?? ''], family)[0];
  if (clusterIp === undefined) return undefined;
  const zone = world.nodes.find((each) => each.metadata.name === node)?.metadata.labels?.[ZONE];
  const targets = targetsOf(world, service, port, family);
  const rules = selectionRulesOf(proxyFactsOf(world, node), service);
  const { cluster, local, hasAny } = selectEndpoints(targets, node, zone, rules);
  const externalIps = externalIpsOf(world, service, family);
  const loadBalancerIps = loadBalancerIpsOf(world, service, family);
  const isExposed = (port.nodePort ?? 0) > 0 || externalIps.length > 0 || loadBalancerIps.length > 0;
  const isInternalLocal = spec.internalTrafficPolicy === 'Local';
  const isExternalLocal = spec.externalTrafficPolicy === 'Local' && isExposed;
  const ranges = (spec.loadBalancerSourceRanges ?? [])
    .map((range) => range.trim())
    .filter((range) => isOfFamily(range, family));
  const healthPort = spec.type === 'LoadBalancer' && isExternalLocal ? spec.healthCheckNodePort : undefined;
  const affinity = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS;
  return {
    service: `${metadata.namespace}/${metadata.name}`,
    portName: port.name ?? '',
    protocol: (port.protocol ?? 'TCP').toLowerCase(),
    clusterIp,
    port: port.port,
    ...(port.nodePort ? { nodePort: port.nodePort } : {}),
    externalIps,
    loadBalancerIps,
    sourceRanges: ranges.some((range) => range.endsWith('/0')) ? [] : ranges,
    isInternalLocal,
    isExternalLocal,
    cluster: !isInternalLocal || isExposed ? cluster : [],
    local: isInternalLocal || isExternalLocal ? local : [],
    hasEndpoints: hasAny,
    ...(spec.sessionAffinity === 'ClientIP' ? { affinitySeconds: affinity } : {}),
    ...(healthPort ? { healthCheckNodePort: healthPort } : {}),
  };
}

/** The node and its kube-proxy's configuration as the rules depend on them. */
export function viewProxy(
  world: World,
  node: Node | undefined,
  name: string,
  config: KubeProxyConfig,
  family: IpFamily,
): ProxyView {
  const addresses = addressesOf(
    (node?.status.addresses ?? []).map(({ address }) => address),
    family,
  );
  const nodePortAddresses = nodePortAddressesOf(config, addresses, family);
  const local = localOf(config, node, family);
  return {
    node: name,
    family,
    ...(local ? { local } : {}),
    masqueradeAll: config.masqueradeAll,
    masqueradeMark: 2 ** config.masqueradeBit,
    ...(nodePortAddresses ? { nodePortAddresses } : {}),
    nodeAddresses: addresses,
    allowsLocalhostNodePorts: config.localhostNodePorts,
    serviceCidrs: world.serviceCidrs
      .flatMap(({ spec }) => spec.cidrs ?? [])
      .filter((cidr) => isOfFamily(cidr, family)),
  };
}

function nodePortAddressesOf(
  { nodePortAddresses, mode }: KubeProxyConfig,
  addresses: readonly Ip[],
  family: IpFamily,
): readonly Ip[] | undefined {
  const ranges = nodePortRangesOf(nodePortAddresses, mode, addresses, family);
  return ranges && addresses.filter((address) => ranges.some((range) => cidrContains(range, address)));
}

function localOf(config: KubeProxyConfig, node: Node | undefined, family: IpFamily): ProxyView['local'] {
  const ofFamily = (cidrs: readonly string[]): string | undefined =>
    cidrs.find((cidr) => isOfFamily(cidr, family));
  const asCidr = (cidr: string | undefined): ProxyView['local'] =>
    cidr === undefined ? undefined : { cidr };
  switch (config.detectLocalMode) {
    case 'ClusterCIDR':
      return asCidr(ofFamily(config.clusterCidrs));
    case 'NodeCIDR':
      return asCidr(ofFamily(node?.spec.podCIDRs ?? [node?.spec.podCIDR ?? '']));
    case 'BridgeInterface':
      return { interface: config.bridgeInterface };
    case 'InterfaceNamePrefix':
      return { interface: `${config.interfaceNamePrefix}+` };
    case 'None':
      return undefined;
  }
}

function addressesOf(texts: readonly string[], family: IpFamily): Ip[] {
  return texts.flatMap((text) => {
    const address = parseIp(text);
    return address !== undefined && familyOf(address) === family ? [address] : [];
  });
}

function isOfFamily(cidr: string, family: IpFamily): boolean {
  const parsed = parseCidr(cidr);
  return parsed !== undefined && familyOf(parsed.first) === family;
}
