import type { Node } from './kubernetes/objects.ts';

/**
 * Why `node` has no netfilter rules that could be read, and no pod of kube-proxy; undefined for a Linux machine.
 * *Source:* kubernetes.io/docs/reference/labels-annotations-taints (`kubernetes.io/os`), virtual-kubelet/virtual-kubelet node/nodeutil,
 * docs.aws.amazon.com/eks/latest/userguide/fargate-pod-configuration.html (kube-proxy is part of each Fargate machine).
 */
export function whyForeign({ metadata: { labels = {} }, spec, status }: Node): string | undefined {
  if (labels['kubernetes.io/os'] === 'windows' || status.nodeInfo?.operatingSystem === 'windows')
    return 'it runs Windows, which has no netfilter rules';
  const isVirtual =
    labels['type'] === 'virtual-kubelet' ||
    labels['eks.amazonaws.com/compute-type'] === 'fargate' ||
    spec.taints?.some(({ key }) => key === 'virtual-kubelet.io/provider');
  return isVirtual ? 'it stands for a service outside, not for a machine' : undefined;
}
