import { slicesOf } from '../../intent/service-index.ts';
import { formatIp } from '../../model/address.ts';
import { perWorld } from '../../world/per-world.ts';
import { isSilent } from '../../dataplane/walk/next-node.ts';
import { listNodes } from '../../verify/describe-clients.ts';
import type { Service } from '../../world/kubernetes/objects.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';

const unreadyNodesOf = perWorld(({ nodes }) =>
  nodes.flatMap((node) => {
    const ready = node.status.conditions?.find(({ type }) => type === 'Ready');
    return ready === undefined || ready.status === 'True' ? [] : [{ node, ready }];
  }),
);

/** A node of which nothing was read, and the others that asked for its address and got no answer. */
interface SilentNode {
  readonly node: string;
  readonly address: string;
  readonly by: readonly string[];
}

// An entry says so for as long as nobody asks again: a node that was read since is there.
const silentNodesOf = perWorld(({ nodes, nodeStates }): readonly SilentNode[] =>
  nodes.flatMap(({ metadata: { name }, status }) => {
    if (nodeStates.has(name)) return [];
    const own = new Set((status.addresses ?? []).map(({ address }) => address));
    const entries = [...nodeStates].flatMap(([by, { neighbours = [] }]) =>
      neighbours
        .filter((entry) => own.has(formatIp(entry.address)))
        .map((entry) => ({ by, entry, address: formatIp(entry.address) })),
    );
    const [one] = entries;
    if (one === undefined || !entries.every(({ entry }) => isSilent(entry))) return [];
    return [{ node: name, address: one.address, by: [...new Set(entries.map(({ by }) => by))] }];
  }),
);

/** A ready endpoint runs on a node that is not ready, or does not answer its neighbours: it may be gone although the slice still names it. */
export const nodesReady: Check = defineCheck({
  id: 'endpoints/nodes-ready',
  asserts: 'endpoints run on nodes that are ready',
  faults: ['E05', 'O01', 'N08', 'F08'],
  needs: ['service', 'endpointSlices', 'nodes'],
  *run({ world, subject: { service } }) {
    if (!service) return;
    const unready = unreadyNodesOf(world);
    const silent = silentNodesOf(world);
    if (unready.length === 0 && silent.length === 0) return;
    const used = new Set(
      slicesOf(world, service).flatMap(({ endpoints }) =>
        endpoints.filter(({ conditions }) => conditions?.ready !== false).map(({ nodeName }) => nodeName),
      ),
    );
    for (const each of silent) if (used.has(each.node)) yield ofSilent(service, each);
    for (const { node, ready } of unready) {
      if (!used.has(node.metadata.name)) continue;
      const { namespace, name } = service.metadata;
      yield {
        severity: 'error',
        subject: `Service ${namespace}/${name}`,
        node: node.metadata.name,
        share: [0, 1],
        faults: ['E05', 'O01'],
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

// The API learns of a node that is gone after 40 s, and its endpoints are served until then.
function ofSilent(service: Service, { node, address, by }: SilentNode): Problem {
  const { namespace, name } = service.metadata;
  return {
    severity: 'warning',
    subject: `Service ${namespace}/${name}`,
    node,
    share: [0, 1],
    faults: ['E05', 'N08', 'F08'],
    summary: `${node} did not answer ${listNodes(by)}, which asked for its address ${address}, nothing of it could be read, and it still has endpoints of ${namespace}/${name}: it may be down, or cut off`,
    evidence: by.map((other) => ({ source: `neighbours of ${other}`, text: `${address} FAILED` })),
    remedy: {
      text: 'see whether the node is up',
      commands: [`ping -c 3 ${address}   # from ${by[0] ?? 'another node'}`],
    },
  };
}
