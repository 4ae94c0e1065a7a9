import type { KubernetesObject } from './kubernetes/objects.ts';

/** Keys of the label `kube-proxy`: of kubeadm and EKS, of AKS, GKE and RKE2, the recommended one, and of older installers. */
const KEYS = ['k8s-app', 'component', 'app.kubernetes.io/name', 'app'];

/** Whether `pod` is kube-proxy, as installers label it. */
export function isKubeProxyPod({ metadata: { labels = {} } }: KubernetesObject): boolean {
  return KEYS.some((key) => labels[key] === 'kube-proxy');
}
