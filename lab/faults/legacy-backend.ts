import type { Lab } from '../cluster/lab.ts';
import { flannelRules } from '../cluster/wire.ts';
import { changeProxyTemplate, restoreProxyEverywhere } from './planting/proxies.ts';
import { restoreRules } from './planting/rules.ts';
import { restartProxy } from '../cluster/restart-proxy.ts';

/**
 * Starts kube-proxy on a node anew with the legacy backend of iptables, and moves what the CNI wrote there: the node's rules stand in the
 * legacy tables alone. `restoreNftBackend` undoes it.
 */
export async function useLegacyBackend(lab: Lab, node: string): Promise<void> {
  const link =
    'for t in iptables ip6tables; do for s in "" -save -restore; do busybox ln -sf xtables-legacy-multi /usr/sbin/$t$s; done; done; exec "$@"';
  await changeProxyTemplate(lab, ({ containers: [container] }) => {
    container.command = ['/bin/sh', '-ec', link, 'sh', ...container.command];
  });
  await restartProxy(lab, node);
  await lab.onNode(
    node,
    `nft flush ruleset; ${lab.layout.iptables}-legacy-restore -n`,
    flannelRules(lab.layout),
  );
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
