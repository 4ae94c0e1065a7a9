import type { KubeProxyState } from '../world/kube-proxy-state.ts';

/** Whether a rule of table `table`, chain `chain` is of a mode that the node's kube-proxy does not run in. */
export function isLeftover(
  proxy: KubeProxyState | undefined,
  { table, chain }: { readonly table: string; readonly chain: string },
): boolean {
  if (proxy === undefined) return false;
  const isIptables =
    /^KUBE-(SERVICES|NODEPORTS|SVC-|SVL-|SEP-|EXT-|FW-|EXTERNAL-SERVICES)/.test(chain) &&
    table !== 'kube-proxy';
  if (proxy.config.mode === 'nftables') return isIptables;
  return table === 'kube-proxy';
}
