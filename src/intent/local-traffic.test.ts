import { describe, expect, it } from 'vitest';
import type { NodeState } from '../dataplane/node-state.ts';
import { parseIp } from '../model/address.ts';
import { parseCidr } from '../model/cidr.ts';
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

  it.each([
    ['BridgeInterface', 'cni0', 'local'],
    ['BridgeInterface', 'docker0', 'not-local'],
    ['InterfaceNamePrefix', 'cni', 'local'],
    ['InterfaceNamePrefix', 'veth', 'not-local'],
  ] as const)('%s %s takes a pod behind cni0 for %s', (detectLocalMode, told, expected) => {
    const world = sampleWorld({
      config: { detectLocalMode, bridgeInterface: told, interfaceNamePrefix: told },
    });
    const routes = [
      { destination: parseCidr('0.0.0.0/0'), device: 'eth0' },
      { destination: parseCidr('10.244.1.0/24'), device: 'cni0' },
    ].flatMap(({ destination, device }) =>
      destination
        ? [{ destination, device, type: 'unicast' as const, table: 'main', metric: 0, line: 0 }]
        : [],
    );
    const state: NodeState = {
      name: 'node-a',
      tables: [],
      hasRules: { ip: true, ip6: false },
      ipsets: new Map(),
      routes,
    };
    const routed = { ...world, nodeStates: new Map([['node-a', state]]) };
    const vantage = { kind: 'pod', node: 'node-a', address: parseIp('10.244.1.7') ?? 0 } as const;
    expect(localityOf(routed, proxyFactsOf(routed, 'node-a'), 'node-a', vantage)).toBe(expected);
  });
});
