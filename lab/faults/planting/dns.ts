import { apply } from '../../cluster/api.ts';
import { corednsConfigMap } from '../../cluster/coredns.ts';
import type { Lab } from '../../cluster/lab.ts';
import { pause } from '../../machine/run.ts';

/** Installs a Corefile and starts CoreDNS anew with it; does not wait for readiness. */
export async function installCorefile(lab: Lab, text?: string): Promise<void> {
  await apply([corednsConfigMap(text)]);
  await lab.replacePods('kube-system', 'k8s-app=kube-dns', false);
  await pause(4000);
}

/** Starts CoreDNS anew as the lab made it, and waits. */
export async function restoreDns(lab: Lab): Promise<void> {
  await apply([corednsConfigMap()]);
  await lab.replacePods('kube-system', 'k8s-app=kube-dns');
}
