import type { Node } from '../../world/kubernetes/objects.ts';
import { perWorld } from '../../world/per-world.ts';
import { type Check, defineCheck } from '../check.ts';

/** *Source:* kubernetes/autoscaler cluster-autoscaler/utils/taints; KEP-3836: kube-proxy of such a node tells load balancers to go. */
const LEAVING = 'ToBeDeletedByClusterAutoscaler';

/** A node is about to be removed while load balancers may still send to it. */
export const nodesStay: Check = defineCheck({
  id: 'external/nodes-stay',
  asserts: 'no node that a load balancer sends to is about to be removed',
  faults: ['X15'],
  needs: ['nodes'],
  *run({ world, subject: { service } }) {
    if (service?.spec.type !== 'LoadBalancer') return;
    const leaving = leavingNodes(world);
    const [first] = leaving;
    if (first === undefined) return;
    const { namespace, name } = service.metadata;
    yield {
      severity: 'info',
      subject: `Service ${namespace}/${name}`,
      ...(leaving.length === 1 ? { node: first.metadata.name } : {}),
      share: [0, 0],
      summary: `${leaving.map(({ metadata }) => metadata.name).join(', ')} ${leaving.length === 1 ? 'is' : 'are'} about to be removed: until the load balancer of ${namespace}/${name} knows, connections that it sends there fail`,
      evidence: leaving.slice(0, 3).map((node) => ({
        ...world.locate(node, 'spec.taints'),
        text: `${node.metadata.name}: ${whyLeaving(node)}`,
      })),
      remedy: {
        text: 'let the load balancer drain nodes (its deregistration delay shorter than the node takes to end), and see that its health check asks kube-proxy’s /healthz',
        commands: [`kubectl describe node ${first.metadata.name}`],
      },
    };
  },
});

const leavingNodes = perWorld(({ nodes }) => nodes.filter((node) => whyLeaving(node) !== undefined));

function whyLeaving({ metadata, spec }: Node): string | undefined {
  if (metadata.deletionTimestamp !== undefined) return `deletionTimestamp ${metadata.deletionTimestamp}`;
  return spec.taints?.some(({ key }) => key === LEAVING) === true ? `taint ${LEAVING}` : undefined;
}
