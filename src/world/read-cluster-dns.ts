import { type Corefile, kubernetesZones, parseCorefile } from '../dns/parse-corefile.ts';
import { type ResolvConf, clusterDomainOf, parseResolvConf } from '../dns/parse-resolv-conf.ts';
import { targetPortOf } from './expected-slices.ts';
import { findDnsService } from './find-dns-service.ts';
import type { ConfigMap, Pod, Service } from './kubernetes/objects.ts';
import { mountedConfigMaps } from './mounted-config-maps.ts';
import { perWorld } from './per-world.ts';
import { toldDomain } from './told-domain.ts';
import type { World } from './world.ts';

/** What a snapshot tells of the cluster's DNS. */
export interface ClusterDns {
  readonly service?: Service;
  readonly corefile?: {
    readonly configMap: ConfigMap;
    readonly parsed: Corefile;
    /** The ports of the pods that the DNS Service leads questions to; 53 where that is not known. */
    readonly ports: ReadonlySet<number>;
    /** The zones that the plugin `kubernetes` serves there. */
    readonly zones: readonly string[];
  };
  readonly pods: readonly Pod[];
  /** resolv.conf files that pods have, parsed. */
  readonly clients: readonly {
    readonly source: string;
    readonly pod?: string;
    readonly node?: string;
    readonly resolv: ResolvConf;
  }[];
  /** The domain that pods search: of a resolv.conf that was read, else as objects tell; else, without a source, the one that is served. */
  readonly searched: { readonly domain: string; readonly source?: string };
}

const DNS_PORT = 53;

/** `clusterDomain` of kubelet as kubeadm and most installers set it. */
export const DEFAULT_DOMAIN = 'cluster.local';

/** Gathers what `world` holds of DNS. */
export const readClusterDns: (world: World) => ClusterDns = perWorld(gather);

function gather(world: World): ClusterDns {
  const service = findDnsService(world);
  const selector = Object.entries(service?.spec.selector ?? {});
  const pods = world.pods.filter(
    ({ metadata }) =>
      selector.length > 0 &&
      metadata.namespace === service?.metadata.namespace &&
      selector.every(([key, value]) => metadata.labels?.[key] === value),
  );
  const configMap = corefileOf(world, pods);
  const parsed = configMap && parseCorefile(configMap.data?.['Corefile'] ?? '');
  const ports = portsAsked(service, pods);
  const clients = world.resolvConfs.map(({ text, ...rest }) => ({ ...rest, resolv: parseResolvConf(text) }));
  const zones = parsed === undefined ? [] : kubernetesZones(parsed, ports);
  const asking = clients.find(({ resolv }) => clusterDomainOf(resolv) !== undefined);
  const others = zones.filter((zone) => zone !== DEFAULT_DOMAIN);
  const told = asking ?? toldDomain(world, others);
  const served = zones.some((zone) => zone === '.' || zone === DEFAULT_DOMAIN) ? undefined : zones[0];
  return {
    ...(service ? { service } : {}),
    ...(configMap && parsed ? { corefile: { configMap, parsed, ports, zones } } : {}),
    pods,
    clients,
    searched: {
      domain:
        (told && ('domain' in told ? told.domain : clusterDomainOf(told.resolv))) ?? served ?? DEFAULT_DOMAIN,
      ...(told ? { source: told.source } : {}),
    },
  };
}

function portsAsked(service: Service | undefined, pods: readonly Pod[]): ReadonlySet<number> {
  const asked = (service?.spec.ports ?? []).filter(({ port }) => port === DNS_PORT);
  const targets = asked.flatMap((port) => pods.flatMap((pod) => targetPortOf(port, pod) ?? []));
  return new Set(targets.length > 0 ? targets : [DNS_PORT]);
}

/** The ConfigMap with the Corefile that most DNS pods mount; the first there is where no pod tells. */
function corefileOf(world: World, pods: readonly Pod[]): ConfigMap | undefined {
  const candidates = world.configMaps.filter(
    ({ metadata, data }) => metadata.namespace === 'kube-system' && data?.['Corefile'] !== undefined,
  );
  const mounts = ({ metadata: { name } }: ConfigMap): number =>
    pods.filter((pod) => mountedConfigMaps(pod).includes(name)).length;
  return candidates.toSorted((a, b) => mounts(b) - mounts(a))[0];
}
