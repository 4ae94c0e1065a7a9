import { nodeNamesOf, nodePortAddressesOf } from '../../intent/nodes-of.ts';
import { type Check, defineCheck } from '../check.ts';

/** kube-proxy serves NodePorts on addresses that no node has. */
export const nodePortServed: Check = defineCheck({
  id: 'external/node-port-served',
  asserts: 'a NodePort is served on an address of a node',
  faults: ['X05'],
  needs: ['service', 'nodes', 'kubeProxies'],
  *run({ world, subject: { service } }) {
    const ports = (service?.spec.ports ?? []).filter(
      ({ nodePort }) => nodePort !== undefined && nodePort > 0,
    );
    if (!service || ports.length === 0) return;
    const nodes = nodeNamesOf(world).filter(
      (node) => world.kubeProxies.get(node)?.config.source !== undefined,
    );
    const serving = nodes.filter((node) =>
      (['IPv4', 'IPv6'] as const).some((family) => nodePortAddressesOf(world, node, family).length > 0),
    );
    const [first] = nodes;
    if (first === undefined || serving.length > 0) return;
    const config = world.kubeProxies.get(first)?.config;
    const { namespace, name } = service.metadata;
    yield {
      severity: 'error',
      subject: `Service ${namespace}/${name}`,
      share: [0, 1],
      summary: `NodePort ${ports.map(({ nodePort }) => nodePort).join(', ')} of ${namespace}/${name} is served on no node: nodePortAddresses is ${config?.nodePortAddresses.join(', ') ?? ''}, and no node has an address there`,
      evidence: [
        {
          source: config?.source ?? '',
          text: `nodePortAddresses: ${config?.nodePortAddresses.join(', ') ?? ''}`,
        },
      ],
      remedy: {
        text: 'name a range that holds the nodes’ addresses, or leave nodePortAddresses empty',
        commands: ['kubectl -n kube-system edit configmap kube-proxy'],
      },
    };
  },
});
