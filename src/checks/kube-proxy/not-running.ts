import { explainProxy, proxyPodOn } from '../../kubeproxy/explain-proxy.ts';
import { whyForeign } from '../../world/foreign-node.ts';
import type { Pod } from '../../world/kubernetes/objects.ts';
import { type Check, defineCheck } from '../check.ts';

/** A node's kube-proxy does not run, where kube-proxy is this cluster's service proxy. */
export const notRunning: Check = defineCheck({
  id: 'kube-proxy/not-running',
  asserts: 'kube-proxy runs on every node',
  faults: ['K01', 'K02', 'K05', 'K03'],
  needs: ['kubeProxies', 'pods', 'nodes'],
  isClusterWide: true,
  *run({ world }) {
    for (const node of world.nodes) {
      if (whyForeign(node) !== undefined) continue;
      const { metadata } = node;
      const { faults, why, evidence, remedy } = explainProxy(world, metadata.name);
      const pod = proxyPodOn(world, metadata.name);
      const isDown = faults[0] === 'K01' || (pod !== undefined && isCrashing(pod));
      if (!isDown || why === undefined) continue;
      const { hasRules } = world.nodeStates.get(metadata.name) ?? {};
      yield {
        severity: 'warning',
        faults,
        // Rules that were read decide by themselves; of those that were not, nobody knows what they do.
        ...(hasRules?.ip || hasRules?.ip6 ? {} : { share: [0, 1] as const }),
        subject: `Node ${metadata.name}`,
        node: metadata.name,
        summary: why,
        evidence,
        remedy,
      };
    }
  },
});

function isCrashing({ status }: Pod): boolean {
  return (status.containerStatuses ?? []).some(
    ({ state }) => state?.waiting?.reason === 'CrashLoopBackOff' || state?.terminated !== undefined,
  );
}
