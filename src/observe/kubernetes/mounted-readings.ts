import type { Source } from '../../snapshot/snapshot.ts';
import { isKubeProxyPod } from '../../model/kube-proxy-pod.ts';
import type { PodObject } from '../node/node-pods.ts';
import { listed } from './listed.ts';
import type { Reading } from './resources.ts';

/** The parts of a pod that name what it is configured with. */
interface MountingPod extends PodObject {
  readonly spec: PodObject['spec'] & {
    readonly volumes?: readonly { readonly configMap?: { readonly name?: string } }[];
  };
}

const SYSTEM = 'kube-system';

/**
 * Readings of the ConfigMaps that the pods of kube-proxy and of DNS among `sources` mount, whatever installers call them, but those of `sources`; kubeadm's where no
 * pod of kube-proxy was seen that mounts any, and Cilium's beside it where its agents run. Those of kube-proxy and of DNS apart.
 */
export function mountedReadings(sources: readonly Source[]): {
  readonly ofProxies: readonly Reading[];
  readonly ofDns: readonly Reading[];
} {
  const pods = listed<MountingPod>(sources, 'pods');
  const read = new Set(listed(sources, 'configmaps').map(({ metadata }) => metadata.name));
  const servers = pods.filter(
    ({ metadata }) => metadata.namespace === SYSTEM && metadata.labels?.['k8s-app'] === 'kube-dns',
  );
  const ofProxies = mountedBy(pods.filter(isKubeProxyPod));
  // Whether Cilium replaces kube-proxy stands in the ConfigMap of its agents, which none of their containers need mount.
  const agent = pods.find(({ metadata }) => metadata.labels?.['k8s-app'] === 'cilium');
  return {
    ofProxies: [
      ...(ofProxies.length > 0 ? ofProxies : [readingOf(SYSTEM, 'kube-proxy')]),
      ...(agent === undefined ? [] : [readingOf(agent.metadata.namespace, 'cilium-config')]),
    ],
    ofDns: mountedBy(servers).filter(({ name = '' }) => !read.has(name)),
  };
}

function mountedBy(pods: readonly MountingPod[]): Reading[] {
  const readings = pods.flatMap(({ metadata: { namespace }, spec: { volumes = [] } }) =>
    volumes.flatMap(({ configMap }) =>
      configMap?.name === undefined ? [] : [readingOf(namespace, configMap.name)],
    ),
  );
  return [...new Map(readings.map((reading) => [`${reading.namespace}/${reading.name}`, reading])).values()];
}

/** Its absence is no gap: a volume may be optional. */
function readingOf(namespace: string, name: string): Reading & { readonly namespace: string } {
  return { resource: 'configmaps', namespace, name, isOptional: true };
}
