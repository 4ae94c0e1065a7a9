import { apply } from '../cluster/api.ts';
import { kubeProxyObjects } from '../cluster/kube-proxy.ts';
import type { Lab } from '../cluster/lab.ts';
import { flannelRules } from '../cluster/wire.ts';
import { restoreProxyEverywhere, restoreRules } from './planting.ts';

/**
 * Starts kube-proxy on a node anew with the legacy backend of iptables, and moves what the CNI wrote there: the node's rules stand in the
 * legacy tables alone. `restoreNftBackend` undoes it.
 */
export async function useLegacyBackend(lab: Lab, node: string): Promise<void> {
  const objects = kubeProxyObjects(lab.shape).filter(({ kind }) => kind === 'DaemonSet');
  const [daemonSet] = JSON.parse(JSON.stringify(objects)) as {
    spec: { updateStrategy?: object; template: { spec: { containers: { command: string[] }[] } } };
  }[];
  const [container] = daemonSet?.spec.template.spec.containers ?? [];
  if (daemonSet === undefined || container === undefined) return;
  const link =
    'for t in iptables ip6tables; do for s in "" -save -restore; do busybox ln -sf xtables-legacy-multi /usr/sbin/$t$s; done; done; exec "$@"';
  container.command = ['/bin/sh', '-ec', link, 'sh', ...container.command];
  // OnDelete: kube-proxy of the other nodes stays as it is.
  daemonSet.spec.updateStrategy = { type: 'OnDelete' };
  await apply([daemonSet]);
  await lab.restartProxy(node);
  await lab.onNode(node, 'nft flush ruleset; iptables-legacy-restore -n', flannelRules);
}

/** The nft backend on every node again; the legacy tables of `node` are emptied. */
export async function restoreNftBackend(lab: Lab, node: string): Promise<void> {
  await restoreProxyEverywhere(lab);
  await clearLegacyTables(lab, node);
  await restoreRules(lab, node);
}

/** Empties the tables of iptables' legacy backend, of both families. */
export async function clearLegacyTables(lab: Lab, node: string): Promise<void> {
  const clear =
    'for t in iptables ip6tables; do $t-legacy -P FORWARD ACCEPT; for n in nat filter mangle; do $t-legacy -t $n -F; $t-legacy -t $n -X; done; done; true';
  await lab.tryOnNode(node, clear);
}
