import { apply, patch, type ApiObject } from '../../cluster/api.ts';
import { kubeProxyObjects, type ProxyChange, proxyConfigMap } from '../../cluster/kube-proxy.ts';
import type { Lab } from '../../cluster/lab.ts';
import { pause, until } from '../../machine/run.ts';
import { UserError } from '../../user-error.ts';
import { forgetRules, restartProxy } from '../../cluster/restart-proxy.ts';

/** Sends a signal to kube-proxy on a node. */
export async function signalProxy(lab: Lab, node: string, signal: 'STOP' | 'CONT' | 'KILL'): Promise<void> {
  const pod = await lab.proxyPod(node);
  const pid = pod === undefined ? undefined : await lab.podProcess(pod);
  if (pid === undefined) throw new UserError(`kube-proxy does not run on ${node}`);
  process.kill(pid, `SIG${signal}`);
}

interface ProxyTemplate {
  affinity?: object;
  containers: [{ command: string[] }];
}

/** Changes the pods of kube-proxy's DaemonSet that are made from now on; those that run stay. `restoreProxyEverywhere` undoes it. */
export async function changeProxyTemplate(
  lab: Lab,
  change: (template: ProxyTemplate) => void,
): Promise<void> {
  const daemonSet = kubeProxyObjects(lab.shape).find((o) => o.kind === 'DaemonSet');
  const spec = structuredClone(daemonSet?.['spec']) as { template: { spec: ProxyTemplate } };
  change(spec.template.spec);
  await apply([{ ...daemonSet, spec: { ...spec, updateStrategy: { type: 'OnDelete' } } }]);
}

/** Runs kube-proxy everywhere but on these nodes. */
export async function keepProxyOff(lab: Lab, nodes: readonly string[]): Promise<void> {
  await changeProxyTemplate(lab, (template) => {
    const matchExpressions = [{ key: 'kubernetes.io/hostname', operator: 'NotIn', values: nodes }];
    const terms = { nodeSelectorTerms: [{ matchExpressions }] };
    template.affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } };
  });
  await until('kube-proxy gone', 40_000, async () => {
    const pods = await lab.pods('kube-system', 'k8s-app=kube-proxy');
    return pods.every((p) => !nodes.includes(p.node));
  });
}

/** Gives every kube-proxy its usual configuration with `change`, and starts them anew. */
export async function configureProxies(lab: Lab, change: ProxyChange = {}): Promise<void> {
  await apply([proxyConfigMap(lab.shape, change)]);
  // A kubelet takes a moment to see the new ConfigMap.
  await pause(2000);
  await restartProxy(lab);
}

/**
 * Starts kube-proxy of one node anew with `change` in its configuration, which keeps it from working; then all pods of `web` are replaced,
 * and the node's rules stay behind. `configureProxies` undoes it.
 */
export async function disableProxy(lab: Lab, node: string, change: ProxyChange): Promise<void> {
  await apply([proxyConfigMap(lab.shape, change)]);
  await pause(2000);
  const pod = await lab.proxyPod(node);
  await lab.deletePod('kube-system', pod?.name ?? '');
  await pause(5000);
  await lab.replacePods('shop', 'app=web');
}

/** Runs kube-proxy everywhere with another `--hostname-override`. */
export async function overrideHostname(lab: Lab, name: string): Promise<void> {
  const objects = kubeProxyObjects(lab.shape);
  const text = JSON.stringify(objects).replace(
    '--hostname-override=$(NODE_NAME)',
    () => `--hostname-override=${name}`,
  );
  await apply(JSON.parse(text) as ApiObject[]);
  await pause(1500);
  await forgetRules(lab);
  await lab.replacePods('kube-system', 'k8s-app=kube-proxy');
  await pause(3000);
}

/** Runs kube-proxy on every node again. */
export async function restoreProxyEverywhere(lab: Lab): Promise<void> {
  await apply(kubeProxyObjects(lab.shape));
  await patch(
    'DaemonSet',
    'kube-system',
    'kube-proxy',
    { spec: { updateStrategy: { type: 'RollingUpdate' } } },
    { apiVersion: 'apps/v1' },
  );
  await pause(1500);
  await lab.untilPodsReady(90_000);
  await restartProxy(lab);
}
