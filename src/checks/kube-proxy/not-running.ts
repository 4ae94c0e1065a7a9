import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import { type Check, defineCheck } from '../check.ts';

/** A node's kube-proxy does not run, where kube-proxy is this cluster's service proxy. */
export const notRunning: Check = defineCheck({
  id: 'kube-proxy/not-running',
  asserts: 'kube-proxy runs on every node',
  faults: ['K01'],
  needs: ['kubeProxies', 'pods', 'nodes'],
  isClusterWide: true,
  *run({ world }) {
    for (const { metadata } of world.nodes) {
      const { faults, why, evidence, remedy } = explainProxy(world, metadata.name);
      if (faults[0] !== 'K01' || why === undefined) continue;
      yield {
        severity: 'warning',
        subject: `Node ${metadata.name}`,
        node: metadata.name,
        summary: why,
        evidence,
        remedy,
      };
    }
  },
});
