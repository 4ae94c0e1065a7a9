import type { Pod } from './kubernetes/objects.ts';
import { perWorld } from './per-world.ts';
import type { World } from './world.ts';

/**
 * Containers that a service mesh puts into pods: they take every connection to the pod first, whatever its port. Istio and Linkerd may run theirs as an init container that
 * stays. *Source:* istio.io/latest/docs/setup/additional-setup/sidecar-injection, linkerd.io/2/features/proxy-injection, kuma.io/docs, developer.hashicorp.com/consul/docs/connect.
 */
const PROXIES: ReadonlyMap<string, string> = new Map([
  ['istio-proxy', 'Istio'],
  ['linkerd-proxy', 'Linkerd'],
  ['kuma-sidecar', 'Kuma'],
  ['consul-dataplane', 'Consul'],
]);

/** Set by Istio’s CNI plugin where ztunnel of the node takes the pod’s connections. *Source:* istio.io/latest/docs/ambient/usage/add-workloads. */
const AMBIENT = 'ambient.istio.io/redirection';

/** The mesh whose proxy takes the connections to a pod, by `namespace/name` of each pod that has one. *Limits:* meshes that put none into pods are not told, but for Istio's ambient mode. */
export const meshesOf: (world: World) => ReadonlyMap<string, string> = perWorld(
  ({ pods }) =>
    new Map(
      pods.flatMap((pod) => {
        const mesh = meshOf(pod);
        return mesh === undefined ? [] : [[`${pod.metadata.namespace}/${pod.metadata.name}`, mesh]];
      }),
    ),
);

function meshOf({ metadata, spec }: Pod): string | undefined {
  if (metadata.annotations?.[AMBIENT] === 'enabled') return 'Istio';
  const names = [...spec.containers, ...(spec.initContainers ?? [])].map(({ name }) => name);
  return names.flatMap((name) => PROXIES.get(name) ?? [])[0];
}
