import { parseCorefile } from '../dns/parse-corefile.ts';
import type { ConfigMap, Node } from './kubernetes/objects.ts';
import type { World } from './world.ts';

/** The domain of the cluster, and the object that says it. */
export interface ToldDomain {
  readonly domain: string;
  readonly source: string;
}

/**
 * The domain that pods search, by what objects say: the configuration of kubelet, kubeadm, k3s and RKE2, of a cache on the nodes, or names of Services that
 * somebody wrote out, the last two where they are in one of `zones`. Undefined where none was read that says it.
 * *Source:* kubernetes kubeadm kubeletconfig (`clusterDomain`), ClusterConfiguration (`networking.dnsDomain`); k3s pkg/nodeconfig (`k3s.io/node-args`);
 * kubernetes cluster/addons/dns/nodelocaldns (`__PILLAR__DNS__DOMAIN__:53`).
 */
export function toldDomain(world: World, zones: readonly string[]): ToldDomain | undefined {
  for (const { source, text } of world.kubeletConfigs) {
    const domain = clusterDomainIn(text);
    if (domain !== undefined) return { domain, source };
  }
  for (const configMap of world.configMaps) {
    const domain = configuredIn(configMap, zones);
    if (domain !== undefined) return { domain, source: world.locate(configMap, 'data').source };
  }
  for (const node of world.nodes) {
    const domain = argumentOf(node);
    if (domain !== undefined) return { domain, source: world.locate(node, 'metadata.annotations').source };
  }
  const written = world.services.find(
    ({ spec: { externalName = '' } }) => zoneOf(externalName, zones) !== undefined,
  );
  if (written)
    return toldBy(world, written, zoneOf(written.spec.externalName ?? '', zones), 'spec.externalName');
  for (const pod of world.pods) {
    for (const { command = [], args = [] } of pod.spec.containers) {
      const zone = [...command, ...args].map((arg) => zoneOf(arg, zones)).find((each) => each !== undefined);
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

function configuredIn(
  { metadata: { name }, data = {} }: ConfigMap,
  zones: readonly string[],
): string | undefined {
  if (name === 'node-local-dns')
    return parseCorefile(data['Corefile'] ?? '')
      .blocks.flatMap((block) => block.zones)
      .find((zone) => zone !== '.' && zones.includes(zone));
  if (/^kubelet-config\b/.test(name)) return clusterDomainIn(data['kubelet'] ?? '');
  if (name === 'kubeadm-config')
    return /^\s*dnsDomain:\s*"?([^\s"]+)/m.exec(data['ClusterConfiguration'] ?? '')?.[1];
  return undefined;
}

/** In YAML, or in JSON as kubelet's `/configz` has it. */
function clusterDomainIn(text: string): string | undefined {
  return /(?:^\s*|[{,]\s*)"?clusterDomain"?:\s*"?([\w.-]*\w)/m.exec(text)?.[1];
}

/** `["server","--cluster-domain","corp.local"]`, or `--cluster-domain=corp.local`. */
function argumentOf({ metadata: { annotations = {} } }: Node): string | undefined {
  const told = annotations['k3s.io/node-args'] ?? annotations['rke2.io/node-args'] ?? '';
  return /"--cluster-domain(?:=|"\s*,\s*")([^"]+)"/.exec(told)?.[1];
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
