import { describe, expect, it } from 'vitest';
import { parseIp } from '../model/address.ts';
import type { Vantage } from '../model/vantage.ts';
import type { KubeProxyConfig } from '../world/kube-proxy-state.ts';
import { localityOf } from './local-traffic.ts';
import { proxyFactsOf } from './proxy-facts.ts';
import { sampleWorld } from './testing/sample-world.ts';

/** How kube-proxy on node-a takes a client of `kind` on `node` with `address`. */
function locality(
  config: Partial<KubeProxyConfig>,
  kind: Vantage['kind'],
  node: string,
  address: string,
): string {
  const world = sampleWorld({ config });
  const vantage = { kind, node, address: parseIp(address) ?? 0 };
  return localityOf(world, proxyFactsOf(world, 'node-a'), 'node-a', vantage);
}

describe('localityOf', () => {
  it.each<[Partial<KubeProxyConfig>, string, string]>([
    [{ detectLocalMode: 'ClusterCIDR' }, '10.244.3.7', 'local'],
    [{ detectLocalMode: 'ClusterCIDR' }, '192.168.90.1', 'not-local'],
    [{ detectLocalMode: 'ClusterCIDR' }, 'fd00:3::7', 'local'],
    [{ detectLocalMode: 'ClusterCIDR', clusterCidrs: ['fd00::/16'] }, '10.244.3.7', 'not-told'],
    [
      { detectLocalMode: 'ClusterCIDR', clusterCidrs: [], assumed: ['clusterCidrs'] },
      '10.244.3.7',
      'unknown',
    ],
    [{ detectLocalMode: 'NodeCIDR' }, '10.244.1.7', 'local'],
    // Pods of other nodes are strangers by this mode.
    [{ detectLocalMode: 'NodeCIDR' }, '10.244.3.7', 'not-local'],
    [{ detectLocalMode: 'NodeCIDR' }, 'fd00:1::7', 'local'],
    [{ detectLocalMode: 'None' }, '10.244.1.7', 'not-told'],
  ])('%o takes %s for %s', (config, address, expected) => {
    expect(locality(config, 'pod', 'node-a', address)).toBe(expected);
  });

  it.each(['BridgeInterface', 'InterfaceNamePrefix'] as const)(
    '%s takes what comes from the node’s own pods',
    (mode) => {
      const config = { detectLocalMode: mode, bridgeInterface: 'cni0', interfaceNamePrefix: 'veth' };
      expect(locality(config, 'pod', 'node-a', '10.244.1.7')).toBe('local');
      expect(locality(config, 'pod', 'node-b', '10.244.2.7')).toBe('not-local');
      expect(locality(config, 'node', 'node-a', '192.168.90.1')).toBe('not-local');
    },
  );
});
