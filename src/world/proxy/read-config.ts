import { parse } from 'yaml';
import type { DetectLocalMode, KubeProxyConfig, ProxyMode } from '../kube-proxy-state.ts';
import type { ConfigMap, Pod } from '../kubernetes/objects.ts';
import { mountedConfigMaps } from '../mounted-config-maps.ts';

/** KubeProxyConfiguration v1alpha1 as it is written; every field may be absent. */
export interface WrittenConfig {
  readonly mode?: string;
  readonly hostnameOverride?: string;
  readonly clusterCIDR?: string;
  readonly detectLocalMode?: string;
  readonly detectLocal?: { readonly bridgeInterface?: string; readonly interfaceNamePrefix?: string };
  readonly nodePortAddresses?: readonly string[] | null;
  readonly iptables?: Backend & { readonly localhostNodePorts?: boolean | null };
  readonly nftables?: Backend;
  readonly ipvs?: {
    readonly scheduler?: string;
    readonly strictARP?: boolean;
    readonly excludeCIDRs?: readonly string[] | null;
    readonly syncPeriod?: string;
    readonly minSyncPeriod?: string;
  };
  readonly featureGates?: Record<string, boolean> | null;
}

interface Backend {
  readonly masqueradeBit?: number | null;
  readonly masqueradeAll?: boolean;
  readonly syncPeriod?: string;
  readonly minSyncPeriod?: string;
}

/** ConfigMaps that hold kube-proxy's configuration, the first one first: of kubeadm, and of Amazon's clusters. *Source:* EKS best practices, kube-proxy in IPVS mode. */
const CONFIG_MAPS = ['kube-proxy', 'kube-proxy-config'];

/** kube-proxy's configuration as a ConfigMap has it, and that ConfigMap. */
export interface SharedConfig {
  readonly configMap: ConfigMap;
  readonly text: string;
}

/**
 * The ConfigMap that kube-proxy is configured with: of those that its `pod` mounts, whatever their names; where nothing is known of that, by the names that
 * installers give. Undefined where there is none.
 */
export function findSharedConfig(configMaps: readonly ConfigMap[], pod?: Pod): SharedConfig | undefined {
  const mounted = pod === undefined ? [] : mountedConfigMaps(pod);
  const isKnown = mounted.length > 0;
  for (const name of isKnown ? mounted : CONFIG_MAPS)
    for (const configMap of configMaps) {
      const { metadata } = configMap;
      const isIt = metadata.name === name && (!isKnown || metadata.namespace === pod?.metadata.namespace);
      const text = isIt ? configTextOf(configMap) : undefined;
      if (text !== undefined) return { configMap, text };
    }
  return undefined;
}

/** kube-proxy's configuration among what `configMap` holds: kubeadm's key, Amazon's, else whatever says that it is. */
export function configTextOf({ data = {} }: ConfigMap): string | undefined {
  return (
    data['config.conf'] ??
    data['config'] ??
    Object.values(data).find((text) => /\bkind["']?:\s*["']?KubeProxyConfiguration\b/.test(text))
  );
}

/** `text` (the ConfigMap's `config.conf`, `/configz`, or the file) as it is written; undefined where it is none. */
export function readWrittenConfig(text: string): WrittenConfig | undefined {
  try {
    const value: unknown = /^\s*\{/.test(text) ? JSON.parse(text) : parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const wrapped = value as { readonly 'kubeproxy.config.k8s.io'?: WrittenConfig | InternalConfig };
    const config = wrapped['kubeproxy.config.k8s.io'] ?? value;
    return 'DetectLocalMode' in config ? fromInternal(config as InternalConfig) : config;
  } catch {
    return undefined;
  }
}

/**
 * What /configz of releases before 1.36 shows: the internal type, with Go's field names. *Source:* kubernetes v1.34
 * pkg/proxy/apis/config/types.go. Where the external type came back was seen in 1.37, not in 1.34.
 */
interface InternalConfig {
  readonly Linux?: { readonly MasqueradeAll?: boolean };
  readonly FeatureGates?: Record<string, boolean>;
  readonly HostnameOverride?: string;
  readonly Mode?: string;
  readonly IPTables?: { readonly MasqueradeBit?: number; readonly LocalhostNodePorts?: boolean };
  readonly IPVS?: {
    readonly Scheduler?: string;
    readonly StrictARP?: boolean;
    readonly ExcludeCIDRs?: readonly string[] | null;
  };
  readonly NFTables?: { readonly MasqueradeBit?: number };
  readonly DetectLocalMode?: string;
  readonly DetectLocal?: {
    readonly BridgeInterface?: string;
    readonly ClusterCIDRs?: readonly string[] | null;
    readonly InterfaceNamePrefix?: string;
  };
  readonly NodePortAddresses?: readonly string[] | null;
  readonly SyncPeriod?: string;
  readonly MinSyncPeriod?: string;
}

/** The internal type in the words of the external one; undefined members take their defaults as ever. */
function fromInternal(internal: InternalConfig): WrittenConfig {
  const { Linux, IPTables, IPVS, NFTables, DetectLocal, SyncPeriod = '', MinSyncPeriod = '' } = internal;
  const periods = { syncPeriod: SyncPeriod, minSyncPeriod: MinSyncPeriod };
  const masqueradeAll = Linux?.MasqueradeAll ?? false;
  return {
    mode: internal.Mode ?? '',
    hostnameOverride: internal.HostnameOverride ?? '',
    clusterCIDR: (DetectLocal?.ClusterCIDRs ?? []).join(','),
    detectLocalMode: internal.DetectLocalMode ?? '',
    detectLocal: {
      bridgeInterface: DetectLocal?.BridgeInterface ?? '',
      interfaceNamePrefix: DetectLocal?.InterfaceNamePrefix ?? '',
    },
    nodePortAddresses: internal.NodePortAddresses ?? [],
    iptables: {
      masqueradeBit: IPTables?.MasqueradeBit ?? 14,
      localhostNodePorts: IPTables?.LocalhostNodePorts ?? true,
      masqueradeAll,
      ...periods,
    },
    nftables: { masqueradeBit: NFTables?.MasqueradeBit ?? 14, masqueradeAll, ...periods },
    ipvs: {
      scheduler: IPVS?.Scheduler ?? '',
      strictARP: IPVS?.StrictARP ?? false,
      excludeCIDRs: IPVS?.ExcludeCIDRs ?? [],
      ...periods,
    },
    featureGates: internal.FeatureGates ?? {},
  };
}

const MODES: readonly string[] = ['iptables', 'ipvs', 'nftables'];
const DETECT: readonly string[] = ['ClusterCIDR', 'NodeCIDR', 'BridgeInterface', 'InterfaceNamePrefix'];

/**
 * The configuration with kube-proxy's defaults filled in. `mode` is what runs, where that is known better than the
 * configuration tells. *Source:* kubernetes v1.37 pkg/proxy/apis/config/v1alpha1/defaults.go.
 */
export function configOf(
  written: WrittenConfig | undefined,
  mode: ProxyMode | undefined,
  source: string | undefined,
): KubeProxyConfig {
  const told: WrittenConfig = written ?? {};
  const runs = mode ?? (MODES.includes(told.mode ?? '') ? (told.mode as ProxyMode) : 'iptables');
  const backend: Backend = (runs === 'nftables' ? told.nftables : told.iptables) ?? {};
  const periods = (runs === 'ipvs' ? told.ipvs : backend) ?? {};
  const clusterCidrs = (told.clusterCIDR ?? '')
    .split(',')
    .map((cidr) => cidr.trim())
    .filter(Boolean);
  const detect = DETECT.includes(told.detectLocalMode ?? '')
    ? (told.detectLocalMode as DetectLocalMode)
    : 'ClusterCIDR';
  const isTold = written === undefined || detect !== 'ClusterCIDR' || clusterCidrs.length > 0;
  return {
    mode: runs,
    hostnameOverride: told.hostnameOverride ?? '',
    clusterCidrs,
    detectLocalMode: isTold ? detect : 'None',
    bridgeInterface: told.detectLocal?.bridgeInterface ?? '',
    interfaceNamePrefix: told.detectLocal?.interfaceNamePrefix ?? '',
    nodePortAddresses: told.nodePortAddresses ?? [],
    masqueradeAll: backend.masqueradeAll ?? false,
    masqueradeBit: backend.masqueradeBit ?? 14,
    localhostNodePorts: told.iptables?.localhostNodePorts ?? true,
    syncPeriodSeconds: secondsOf(periods.syncPeriod, 30),
    minSyncPeriodSeconds: secondsOf(periods.minSyncPeriod, 1),
    ipvsScheduler: told.ipvs?.scheduler || 'rr',
    ipvsStrictArp: told.ipvs?.strictARP ?? false,
    ipvsExcludeCidrs: told.ipvs?.excludeCIDRs ?? [],
    featureGates: told.featureGates ?? {},
    assumed: written
      ? []
      : ['clusterCidrs', 'detectLocalMode', 'nodePortAddresses', 'masqueradeAll', ...(mode ? [] : ['mode'])],
    ...(source === undefined ? {} : { source }),
  };
}

/** A Go duration (`1h0m30s`) in seconds; `fallback` where it is absent or zero, which means the default. */
function secondsOf(duration: string | undefined, fallback: number): number {
  const units: Record<string, number> = { h: 3600, m: 60, s: 1, ms: 0.001 };
  let seconds = 0;
  for (const [, amount = '0', unit = 's'] of (duration ?? '').matchAll(/([\d.]+)(ms|h|m|s)/g))
    seconds += Number(amount) * (units[unit] ?? 1);
  return seconds > 0 ? seconds : fallback;
}
