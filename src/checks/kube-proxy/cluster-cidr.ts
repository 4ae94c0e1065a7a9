import { podsOnNode } from '../../intent/pods-on-node.ts';
import { familyOf, parseIp } from '../../model/address.ts';
import { type Cidr, cidrContains, formatCidr, parseCidr } from '../../model/cidr.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';

/** kube-proxy takes pods for strangers, or strangers for pods: its clusterCIDR does not hold a node's pod range. */
export const clusterCidr: Check = defineCheck({
  id: 'kube-proxy/cluster-cidr',
  asserts: 'kube-proxy’s clusterCIDR holds the pod range of every node',
  faults: ['R05', 'K13'],
  needs: ['nodes', 'kubeProxies'],
  isClusterWide: true,
  *run({ world }) {
    for (const node of world.nodes) {
      const config = world.kubeProxies.get(node.metadata.name)?.config;
      if (config?.source === undefined || config.detectLocalMode !== 'ClusterCIDR') continue;
      const cidrs = config.clusterCidrs.flatMap((text) => parseCidr(text) ?? []);
      const ranges = [...new Set([node.spec.podCIDR ?? '', ...(node.spec.podCIDRs ?? [])])].flatMap(
        (text) => parseCidr(text) ?? [],
      );
      const outside = ranges.find((range) => {
        const own = cidrs.filter((cidr) => familyOf(cidr.first) === familyOf(range.first));
        return own.length > 0 && !own.some((cidr) => cidrContains(cidr, range.first));
      });
      if (!outside || hasItsPodsIn(world, node.metadata.name, cidrs)) continue;
      yield {
        severity: 'warning',
        subject: `Node ${node.metadata.name}`,
        node: node.metadata.name,
        summary: `kube-proxy on ${node.metadata.name} takes ${config.clusterCidrs.join(', ')} for pods, but the node’s pods are in ${formatCidr(outside)}: their packets to Services are masqueraded without need`,
        evidence: [
          { source: config.source, text: `clusterCIDR: ${config.clusterCidrs.join(', ')}` },
          { ...world.locate(node, 'spec.podCIDR'), text: `podCIDR: ${formatCidr(outside)}` },
        ],
        remedy: {
          text: 'set clusterCIDR to the range of all pods and restart kube-proxy',
          commands: ['kubectl -n kube-system edit configmap kube-proxy'],
        },
      };
    }
  },
});

/** A CNI may give pods other addresses than the Node's range: what its pods have is what counts. */
function hasItsPodsIn(world: World, node: string, cidrs: readonly Cidr[]): boolean {
  const addresses = podsOnNode(world, node).flatMap(({ status }) => parseIp(status.podIP ?? '') ?? []);
  return (
    addresses.length > 0 && addresses.every((address) => cidrs.some((cidr) => cidrContains(cidr, address)))
  );
}
