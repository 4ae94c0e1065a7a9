import type { KubernetesObject, Pod } from './kubernetes/objects.ts';

/** Keys of the label `kube-proxy`: of kubeadm and EKS, of AKS, GKE and RKE2, the recommended one, and of older installers. */
const KEYS = ['k8s-app', 'component', 'app.kubernetes.io/name', 'app'];

/** Whether `pod` is kube-proxy, as installers label it. */
export function isKubeProxyPod({ metadata: { labels = {} } }: KubernetesObject): boolean {
  return KEYS.some((key) => labels[key] === 'kube-proxy');
}

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
