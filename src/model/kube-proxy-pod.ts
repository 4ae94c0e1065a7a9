/** Keys of the label `kube-proxy`: of kubeadm and EKS, of AKS, GKE and RKE2, the recommended one, and of older installers. */
const KEYS = ['k8s-app', 'component', 'app.kubernetes.io/name', 'app'];

/** Whether a pod is kube-proxy, as installers label it, or by its name where no label says what it is. */
export function isKubeProxyPod({
  metadata: { name, labels = {} },
}: {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}): boolean {
  const told = KEYS.flatMap((key) => labels[key] ?? []);
  return told.length > 0 ? told.includes('kube-proxy') : name.startsWith('kube-proxy-');
}
