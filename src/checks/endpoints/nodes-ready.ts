import { slicesOf } from '../../intent/service-index.ts';
import { perWorld } from '../../world/per-world.ts';
import { type Check, defineCheck } from '../check.ts';

const unreadyNodesOf = perWorld(({ nodes }) =>
  nodes.flatMap((node) => {
    const ready = node.status.conditions?.find(({ type }) => type === 'Ready');
    return ready === undefined || ready.status === 'True' ? [] : [{ node, ready }];
  }),
);

/** A ready endpoint runs on a node that is not ready: it may be gone although the slice still names it. */
export const nodesReady: Check = defineCheck({
  id: 'endpoints/nodes-ready',
  asserts: 'endpoints run on nodes that are ready',
  faults: ['E05', 'O01'],
  needs: ['service', 'endpointSlices', 'nodes'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const unready = unreadyNodesOf(world);
    if (unready.length === 0) return;
    const used = new Set(
      slicesOf(world, service).flatMap(({ endpoints }) =>
        endpoints.filter(({ conditions }) => conditions?.ready !== false).map(({ nodeName }) => nodeName),
      ),
    );
    for (const { node, ready } of unready) {
      if (!used.has(node.metadata.name)) continue;
      const { namespace, name } = service.metadata;
      yield {
        severity: 'error',
        subject: `Service ${namespace}/${name}`,
        node: node.metadata.name,
        share: [0, 1],
        summary: `${node.metadata.name} is not ready (${ready.reason ?? ready.status}) and still has endpoints of ${namespace}/${name}`,
        evidence: [
          {
            ...world.locate(node, 'status.conditions'),
            text: `Ready is ${ready.status}: ${ready.message ?? ready.reason ?? ''}`,
          },
        ],
        remedy: {
          text: 'bring the node back, or drain it so that its pods move',
          commands: [
            `kubectl describe node ${node.metadata.name}`,
            `kubectl drain ${node.metadata.name} --ignore-daemonsets`,
          ],
        },
      };
    }
  },
});
