import type { KubeProxyConfig, KubeProxyState, ProxyMode } from '../world/kube-proxy-state.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';

/** What the promise depends on of one node's kube-proxy. */
export interface ProxyFacts {
  readonly mode: ProxyMode;
  /** The minor number of release 1.x. */
  readonly minor: number;
  readonly config: KubeProxyConfig;
  /** What no source said and a default stands for, in words. */
  readonly assumed: readonly string[];
}

/** The newest release line that is modelled: stands where nothing says which runs. */
const NEWEST_MINOR = 37;

const DEFAULT_CONFIG: KubeProxyConfig = {
  mode: 'iptables',
  hostnameOverride: '',
  clusterCidrs: [],
  detectLocalMode: 'ClusterCIDR',
  bridgeInterface: '',
  interfaceNamePrefix: '',
  nodePortAddresses: [],
  masqueradeAll: false,
  masqueradeBit: 14,
  localhostNodePorts: true,
  syncPeriodSeconds: 30,
  minSyncPeriodSeconds: 1,
  ipvsScheduler: '',
  ipvsStrictArp: false,
  ipvsExcludeCidrs: [],
  featureGates: {},
  assumed: ['mode', 'clusterCidrs', 'nodePortAddresses', 'masqueradeAll', 'detectLocalMode'],
};

/**
 * kube-proxy of `node`. Where nothing was read of it, another node's configuration stands for it, as all usually share
 * one ConfigMap, and `assumed` says so. `release` (`1.34`) overrides what was read.
 */
export function proxyFactsOf(world: World, node: string, release?: string): ProxyFacts {
  if (release !== undefined) return readFacts(world, node, release);
  const known = factsOf(world);
  let facts = known.get(node);
  if (facts === undefined) known.set(node, (facts = readFacts(world, node, undefined)));
  return facts;
}

const factsOf = perWorld(() => new Map<string, ProxyFacts>());

function readFacts(world: World, node: string, release: string | undefined): ProxyFacts {
  const own = world.kubeProxies.get(node);
  const state = own ?? [...world.kubeProxies.values()].find(({ config }) => config.source !== undefined);
  const config = state?.config ?? DEFAULT_CONFIG;
  const assumed = config.assumed.map((field) => `kube-proxy configuration: ${field}`);
  if (!own && state) assumed.push(`kube-proxy of ${node} is configured as that of ${state.node}`);
  const known = minorOf(release) ?? minorOf(state?.version?.release) ?? minorOfKubelet(world, node);
  if (known === undefined) assumed.push(`kube-proxy is of release 1.${NEWEST_MINOR}`);
  return { mode: modeOf(state, config), minor: known ?? NEWEST_MINOR, config, assumed };
}

const assumedFields = new WeakMap<KubeProxyConfig, ReadonlySet<string>>();

/** Whether `config` holds a default for `field` because no source gave it. */
export function isAssumed(config: KubeProxyConfig, field: keyof KubeProxyConfig): boolean {
  let fields = assumedFields.get(config);
  if (fields === undefined) {
    fields = new Set(config.assumed.map((name) => stemOf(name.split(/[. ]/).at(-1) ?? name)));
    assumedFields.set(config, fields);
  }
  return fields.has(stemOf(field));
}

function stemOf(field: string): string {
  return field.toLowerCase().replace(/s$/, '');
}

function modeOf(state: KubeProxyState | undefined, config: KubeProxyConfig): ProxyMode {
  const reported = state?.reportedMode?.trim();
  if (reported === 'iptables' || reported === 'ipvs' || reported === 'nftables') return reported;
  const [inKernel, ...others] = state?.modesInKernel ?? [];
  if (inKernel !== undefined && others.length === 0 && isAssumed(config, 'mode')) return inKernel;
  return config.mode;
}

function minorOfKubelet(world: World, node: string): number | undefined {
  const info = world.nodes.find(({ metadata }) => metadata.name === node)?.status.nodeInfo;
  return minorOf(info?.kubeletVersion);
}

function minorOf(release: string | undefined): number | undefined {
  const minor = /^v?1\.(\d+)/.exec(release ?? '')?.[1];
  return minor === undefined ? undefined : Number(minor);
}
