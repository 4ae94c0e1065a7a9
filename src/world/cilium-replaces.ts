import type { World } from './world.ts';

/**
 * Whether Cilium is set to serve Services instead of kube-proxy, by the ConfigMap of its agents; undefined where that was not read or says something in between
 * (`partial` and `probe` of releases before 1.14). *Source:* cilium/cilium Documentation/network/kubernetes/kubeproxy-free.rst.
 */
export function ciliumReplaces({ configMaps }: World): boolean | undefined {
  const config = configMaps.find(({ metadata }) => metadata.name === 'cilium-config');
  switch (config?.data?.['kube-proxy-replacement']) {
    case 'true':
    case 'strict':
      return true;
    case 'false':
    case 'disabled':
      return false;
    default:
      return undefined;
  }
}
