import { familyOf } from '../model/address.ts';
import { cidrContains } from '../model/cidr.ts';
import type { Vantage } from '../model/vantage.ts';
import { deviceTo } from '../world/device-to.ts';
import type { KubeProxyConfig } from '../world/kube-proxy-state.ts';
import type { World } from '../world/world.ts';
import { cidrsOfFamily } from './addresses-of-family.ts';
import { findNode } from './nodes-of.ts';
import { type ProxyFacts, isAssumed } from './proxy-facts.ts';

/** Whether kube-proxy takes a packet for one of the cluster's pods; `not-told`: it has no way to tell and writes no such rule. */
export type Locality = 'local' | 'not-local' | 'not-told' | 'unknown';

/** Whether kube-proxy takes what arrives by `device` for its node's pods, in the modes that tell by interface. */
export function isLocalDevice(
  { detectLocalMode, bridgeInterface, interfaceNamePrefix }: KubeProxyConfig,
  device: string,
): boolean {
  return detectLocalMode === 'BridgeInterface'
    ? device === bridgeInterface
    : device.startsWith(interfaceNamePrefix);
}

/**
 * How kube-proxy on `node` takes the packets of `vantage`.
 * *Source:* kubernetes v1.37 pkg/proxy/util/localdetector.go, cmd/kube-proxy/app/server_linux.go `getLocalDetectors`.
 */
export function localityOf(world: World, { config }: ProxyFacts, node: string, vantage: Vantage): Locality {
  const family = familyOf(vantage.address);
  switch (config.detectLocalMode) {
    case 'ClusterCIDR': {
      const [cidr] = cidrsOfFamily(config.clusterCidrs, family);
      if (cidr) return cidrContains(cidr, vantage.address) ? 'local' : 'not-local';
      return isAssumed(config, 'clusterCidrs') ? 'unknown' : 'not-told';
    }
    case 'NodeCIDR': {
      const spec = findNode(world, node)?.spec;
      if (spec === undefined) return 'unknown';
      const [cidr] = cidrsOfFamily(spec.podCIDRs ?? [spec.podCIDR], family);
      if (cidr === undefined) return 'not-told';
      return cidrContains(cidr, vantage.address) ? 'local' : 'not-local';
    }
    case 'BridgeInterface':
    case 'InterfaceNamePrefix': {
      if (vantage.kind !== 'pod' || vantage.node !== node) return 'not-local';
      const device = deviceTo(world, node, vantage.address);
      return device === undefined || isLocalDevice(config, device) ? 'local' : 'not-local';
    }
    case 'None':
      return 'not-told';
  }
}
