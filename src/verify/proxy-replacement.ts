import { findProxyTables } from '../kubeproxy/proxy-tables.ts';
import type { Pod } from '../world/kubernetes/objects.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';

/** Programs that can serve Services instead of kube-proxy, by the labels of their pods. */
const REPLACEMENTS: readonly (readonly [name: string, key: string, value: string])[] = [
  ['Cilium', 'k8s-app', 'cilium'],
  ['kube-router', 'k8s-app', 'kube-router'],
  ['OVN-Kubernetes', 'app', 'ovnkube-node'],
  ['Antrea', 'component', 'antrea-agent'],
  ['Calico', 'k8s-app', 'calico-node'],
];

/** Pods of kube-proxy, as installers label them. */
const KUBE_PROXY: readonly (readonly [key: string, value: string])[] = [
  ['k8s-app', 'kube-proxy'],
  ['app.kubernetes.io/name', 'kube-proxy'],
  ['component', 'kube-proxy'],
];

/**
 * What serves Services on `node` instead of kube-proxy; undefined where kube-proxy does, or should. A replacement is believed
 * only where no kube-proxy pod runs in the cluster and the node holds none of its rules of `family`.
 * *Limits:* Cilium beside a kube-proxy that still runs counts as kube-proxy.
 */
export function proxyReplacementOf(world: World, node: string, family: 'ip' | 'ip6'): string | undefined {
  const byNode = known(world);
  const key = `${node} ${family}`;
  if (!byNode.has(key)) byNode.set(key, findReplacement(world, node, family));
  return byNode.get(key);
}

const known = perWorld(() => new Map<string, string | undefined>());

function findReplacement(world: World, node: string, family: 'ip' | 'ip6'): string | undefined {
  const { pods, hasKubeProxy } = agents(world);
  const found = REPLACEMENTS.find(([, key, value]) =>
    pods.some((pod) => pod.spec.nodeName === node && hasLabel(pod, key, value)),
  );
  if (found === undefined || hasKubeProxy) return undefined;
  const tables = world.nodeStates.get(node)?.tables ?? [];
  const { live, unhooked } = findProxyTables(tables, family);
  return live.length > 0 || unhooked.length > 0 ? undefined : found[0];
}

/** The pods that may serve Services, of all that there are: every node asks for its own. */
const agents = perWorld(({ pods }: World) => ({
  pods: pods.filter((pod) => REPLACEMENTS.some(([, key, value]) => hasLabel(pod, key, value))),
  hasKubeProxy: pods.some((pod) => KUBE_PROXY.some(([key, value]) => hasLabel(pod, key, value))),
}));

function hasLabel({ metadata }: Pod, key: string, value: string): boolean {
  return metadata.labels?.[key] === value;
}
