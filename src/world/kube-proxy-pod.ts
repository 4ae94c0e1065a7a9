import { isKubeProxyPod } from '../model/kube-proxy-pod.ts';
import type { Pod } from './kubernetes/objects.ts';

const byPods = new WeakMap<readonly Pod[], ReadonlyMap<string, Pod>>();

/** The first pod of kube-proxy on each node that has one; `pods` are gone through once, for there may be many. */
export function kubeProxyPods(pods: readonly Pod[]): ReadonlyMap<string, Pod> {
  const known = byPods.get(pods);
  if (known !== undefined) return known;
  const found = new Map<string, Pod>();
  for (const pod of pods) {
    const { nodeName } = pod.spec;
    if (nodeName !== undefined && !found.has(nodeName) && isKubeProxyPod(pod)) found.set(nodeName, pod);
  }
  byPods.set(pods, found);
  return found;
}
