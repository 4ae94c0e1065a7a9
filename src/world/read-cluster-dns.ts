import { type Corefile, kubernetesZones, parseCorefile } from '../dns/parse-corefile.ts';
import { type ResolvConf, clusterDomainOf, parseResolvConf } from '../dns/parse-resolv-conf.ts';
import { findDnsService } from './find-dns-service.ts';
import type { ConfigMap, Pod, Service } from './kubernetes/objects.ts';
import type { World } from './world.ts';

/** What a snapshot tells of the cluster's DNS. */
export interface ClusterDns {
  readonly service?: Service;
  readonly corefile?: {
    readonly configMap: ConfigMap;
    readonly parsed: Corefile;
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
  /** The domain that pods search: of a resolv.conf that was read, else kubelet's default. */
  readonly searched: { readonly domain: string; readonly source?: string };
}

/** kubelet's default for `clusterDomain` as kubeadm and most installers set it. */
const DEFAULT_DOMAIN = 'cluster.local';

/** Gathers what `world` holds of DNS. */
export function readClusterDns(world: World): ClusterDns {
  const service = findDnsService(world);
  const configMap = world.configMaps.find(
    ({ metadata, data }) => metadata.namespace === 'kube-system' && data?.['Corefile'] !== undefined,
  );
  const parsed = configMap && parseCorefile(configMap.data?.['Corefile'] ?? '');
  const clients = world.resolvConfs.map(({ text, ...rest }) => ({ ...rest, resolv: parseResolvConf(text) }));
  const told = clients.find(({ resolv }) => clusterDomainOf(resolv) !== undefined);
  const selector = Object.entries(service?.spec.selector ?? {});
  return {
    ...(service ? { service } : {}),
    ...(configMap && parsed ? { corefile: { configMap, parsed, zones: kubernetesZones(parsed) } } : {}),
    pods: world.pods.filter(
      ({ metadata }) =>
        selector.length > 0 &&
        metadata.namespace === service?.metadata.namespace &&
        selector.every(([key, value]) => metadata.labels?.[key] === value),
    ),
    clients,
    searched: {
      domain: (told && clusterDomainOf(told.resolv)) ?? DEFAULT_DOMAIN,
      ...(told ? { source: told.source } : {}),
    },
  };
}
