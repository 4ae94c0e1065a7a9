import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import { readSyncState } from '../../kubeproxy/sync-state.ts';
import { type Check, defineCheck } from '../check.ts';

/** kube-proxy was asked to sync and has not. What clients get of it shows in the rules. */
export const syncBehind: Check = defineCheck({
  id: 'kube-proxy/sync-behind',
  asserts: 'every kube-proxy has synced since it was last asked to',
  faults: ['K05', 'K03', 'K06', 'K04', 'K12'],
  needs: ['kubeProxies'],
  isClusterWide: true,
  *run({ world }) {
    for (const [node, proxy] of world.kubeProxies) {
      if (proxy.metrics === undefined) continue;
      const state = readSyncState(proxy);
      if (!state.behindSeconds && state.healthz !== 'failing') continue;
      const { why, faults, evidence, remedy } = explainProxy(world, node);
      yield {
        severity: 'warning',
        subject: `Node ${node}`,
        node,
        faults,
        summary: why ?? `kube-proxy on ${node} says that it is not healthy`,
        evidence,
        remedy,
      };
    }
  },
});
