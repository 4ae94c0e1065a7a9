import { explainProxy } from '../../kubeproxy/explain-proxy.ts';
import { readSyncState, slowSyncs } from '../../kubeproxy/sync-state.ts';
import { type Check, type Problem, defineCheck } from '../check.ts';

/** kube-proxy was asked to sync and has not. What clients get of it shows in the rules. */
export const syncBehind: Check = defineCheck({
  id: 'kube-proxy/sync-behind',
  asserts: 'every kube-proxy has synced since it was last asked to, and its syncs are short',
  faults: ['K05', 'K03', 'K06', 'K04', 'K12'],
  needs: ['kubeProxies'],
  isClusterWide: true,
  *run({ world }) {
    for (const [node, proxy] of world.kubeProxies) {
      if (proxy.metrics === undefined) continue;
      const slow = slowSyncs(proxy);
      if (slow) yield tellSlow(node, proxy.metrics.source, slow);
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

function tellSlow(
  node: string,
  source: string,
  { seconds, count }: { seconds: number; count: number },
): Problem {
  return {
    severity: 'warning',
    subject: `Node ${node}`,
    node,
    share: [0, 0],
    faults: ['K12'],
    summary: `a sync of kube-proxy on ${node} takes ${seconds.toFixed(0)} s on average: what changes reaches clients there that late, and connections to pods that were replaced fail meanwhile`,
    evidence: [{ source, text: `${count} syncs of ${seconds.toFixed(1)} s on average` }],
    remedy: {
      text: 'let kube-proxy run in nftables mode, or give it more processor time; let pods that end wait longer (preStop)',
      commands: [`curl -s http://127.0.0.1:10249/metrics | grep sync_proxy_rules   # on ${node}`],
    },
  };
}
