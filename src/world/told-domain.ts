import type { ConfigMap } from './kubernetes/objects.ts';
import type { World } from './world.ts';

/** The domain of the cluster, and the object that says it. */
export interface ToldDomain {
  readonly domain: string;
  readonly source: string;
}

/**
 * The domain that pods search, by what objects say: kubelet's configuration, kubeadm's, or names of Services that somebody wrote out, where they are
 * in one of `zones`. Undefined where none was read that says it.
 * *Source:* kubernetes kubeadm kubeletconfig (`clusterDomain`), ClusterConfiguration (`networking.dnsDomain`).
 */
export function toldDomain(world: World, zones: readonly string[]): ToldDomain | undefined {
  for (const configMap of world.configMaps) {
    const domain = configuredIn(configMap);
    if (domain !== undefined) return { domain, source: world.locate(configMap, 'data').source };
  }
  const written = world.services.find(
    ({ spec: { externalName = '' } }) => zoneOf(externalName, zones) !== undefined,
  );
  if (written)
    return toldBy(world, written, zoneOf(written.spec.externalName ?? '', zones), 'spec.externalName');
  for (const pod of world.pods) {
    for (const { args = [] } of pod.spec.containers) {
      const zone = args.map((arg) => zoneOf(arg, zones)).find((each) => each !== undefined);
      if (zone !== undefined) return toldBy(world, pod, zone, 'spec.containers');
    }
  }
  return undefined;
}

function toldBy(
  world: World,
  object: Parameters<World['locate']>[0],
  domain: string | undefined,
  path: string,
): ToldDomain | undefined {
  return domain === undefined ? undefined : { domain, source: world.locate(object, path).source };
}

function configuredIn({ metadata: { name }, data = {} }: ConfigMap): string | undefined {
  if (/^kubelet-config\b/.test(name))
    return /^\s*clusterDomain:\s*"?([^\s"]+)/m.exec(data['kubelet'] ?? '')?.[1];
  if (name === 'kubeadm-config')
    return /^\s*dnsDomain:\s*"?([^\s"]+)/m.exec(data['ClusterConfiguration'] ?? '')?.[1];
  return undefined;
}

/** The zone of `zones` in which `text` names a Service. */
function zoneOf(text: string, zones: readonly string[]): string | undefined {
  return zones.find(
    (zone) => zone !== '.' && new RegExp(`\\.svc\\.${escaped(zone)}(?![\\w-]|\\.\\w)`).test(text),
  );
}

function escaped(zone: string): string {
  return zone.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
