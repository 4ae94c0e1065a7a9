import { otherDataplane } from '../dataplane/walk/other-dataplane.ts';
import { findProxyTables } from '../kubeproxy/proxy-tables.ts';
import { ciliumReplaces } from '../world/cilium-replaces.ts';
import { isKubeProxyPod } from '../model/kube-proxy-pod.ts';
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

/**
 * What serves Services on `node` instead of kube-proxy; undefined where kube-proxy does, or should. Cilium says itself whether it does. Where it does not, and of other
 * programs, a replacement is believed where no kube-proxy pod runs in the cluster and the node holds none of its rules of `family`, or only such as
 * Cilium may have found there: no kube-proxy answered.
 */
export function proxyReplacementOf(world: World, node: string, family: 'ip' | 'ip6'): string | undefined {
  const byNode = known(world);
  const key = `${node} ${family}`;
  if (!byNode.has(key)) byNode.set(key, findReplacement(world, node, family));
  return byNode.get(key);
}

/** Programs on nodes where kube-proxy serves Services that may translate packets without netfilter, each once. */
export function dataplanesBesideProxy(world: World): readonly string[] {
  const programs = [...world.nodeStates].flatMap(([node, state]) =>
    proxyReplacementOf(world, node, 'ip') === undefined ? (otherDataplane(state) ?? []) : [],
  );
  return [...new Set(programs)];
}

const CALICO = 'Calico (eBPF)';

const known = perWorld(() => new Map<string, string | undefined>());

function findReplacement(world: World, node: string, family: 'ip' | 'ip6'): string | undefined {
  const state = world.nodeStates.get(node);
  // Calico has these interfaces where its eBPF programs serve Services, whatever kube-proxy left or still writes.
  if (state !== undefined && otherDataplane(state) === CALICO) return CALICO;
  const { pods, hasKubeProxy } = agents(world);
  const [found] =
    REPLACEMENTS.find(([, key, value]) =>
      pods.some((pod) => pod.spec.nodeName === node && hasLabel(pod, key, value)),
    ) ?? [];
  if (found === undefined) return undefined;
  const says = found === 'Cilium' ? ciliumReplaces(world) : undefined;
  if (says !== undefined) return says ? found : undefined;
  if (hasKubeProxy) return undefined;
  const { live, unhooked } = findProxyTables(state?.tables ?? [], family);
  if (live.length === 0 && unhooked.length === 0) return found;
  return found === 'Cilium' && !answers(world, node) ? found : undefined;
}

/** Whether anything was heard of a kube-proxy that runs on `node`, as a process of its own or in k3s; Cilium answers for its health as well. */
function answers({ kubeProxies }: World, node: string): boolean {
  const { metrics, reportedMode, log } = kubeProxies.get(node) ?? {};
  return [metrics, reportedMode, log].some((heard) => heard !== undefined);
}

/** The pods that may serve Services, of all that there are: every node asks for its own. */
const agents = perWorld(({ pods }: World) => ({
  pods: pods.filter((pod) => REPLACEMENTS.some(([, key, value]) => hasLabel(pod, key, value))),
  hasKubeProxy: pods.some(isKubeProxyPod),
}));

function hasLabel({ metadata }: Pod, key: string, value: string): boolean {
  return metadata.labels?.[key] === value;
}
