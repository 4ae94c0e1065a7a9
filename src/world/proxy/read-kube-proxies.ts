import type { NodeState } from '../../dataplane/node-state.ts';
import { byKey } from '../../model/by-key.ts';
import { type Source, type SourceKind, textOf } from '../../snapshot/snapshot.ts';
import type { KubeProxyState, ProxyMode } from '../kube-proxy-state.ts';
import { kubeProxyPods } from '../kube-proxy-pod.ts';
import type { ConfigMap, Node, Pod } from '../kubernetes/objects.ts';
import { isIpvsTable } from './is-ipvs-table.ts';
import { parseMetrics } from './parse-metrics.ts';
import { configOf, findSharedConfig, readWrittenConfig } from './read-config.ts';
import { readFlags } from './read-flags.ts';

/** What tells of kube-proxy: the sources of nodes, and the API objects. */
export interface ProxyEvidence {
  readonly sources: readonly Source[];
  readonly states: ReadonlyMap<string, NodeState>;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  readonly configMaps: readonly ConfigMap[];
  readonly sourceOf: (configMap: ConfigMap) => string;
}

/** The state of kube-proxy on each node that is known, by node name. */
export function readKubeProxies(evidence: ProxyEvidence): ReadonlyMap<string, KubeProxyState> {
  const names = new Set([...evidence.states.keys(), ...evidence.nodes.map(({ metadata }) => metadata.name)]);
  for (const { node, kind } of evidence.sources)
    if (node !== undefined && kind.startsWith('kube-proxy')) names.add(node);
  const shared = sharedConfigs(evidence);
  const sourcesOn = byKey(evidence.sources, ({ node }) => node);
  const pods = kubeProxyPods(evidence.pods);
  const [anyPod] = pods.values();
  const infos = new Map(evidence.nodes.map(({ metadata, status }) => [metadata.name, status.nodeInfo]));
  return new Map(
    [...names].map((name) => {
      const pod = pods.get(name);
      const own: OwnEvidence = {
        sources: sourcesOn.get(name) ?? [],
        state: evidence.states.get(name),
        image: pod?.spec.containers[0]?.image,
        info: infos.get(name),
      };
      return [name, readProxy(name, own, shared(pod ?? anyPod))];
    }),
  );
}

/** What tells of kube-proxy on one node. */
interface OwnEvidence {
  readonly sources: readonly Source[];
  readonly state: NodeState | undefined;
  /** The image of its pod. */
  readonly image: string | undefined;
  readonly info: Node['status']['nodeInfo'];
}

/** The configuration that nodes without one of their own run, and where it was read. */
interface ReadConfig {
  readonly config: ReturnType<typeof readWrittenConfig>;
  readonly source: string;
}

/** What the kube-proxy of `pod` is configured with by its command line, or by a ConfigMap, each read once. */
function sharedConfigs({
  configMaps,
  sourceOf,
}: ProxyEvidence): (pod: Pod | undefined) => ReadConfig | undefined {
  const known = new Map<ConfigMap, ReadConfig>();
  return (pod) => {
    const flags = pod && readFlags(pod);
    if (flags)
      return { config: flags, source: `flags of pod ${pod.metadata.namespace}/${pod.metadata.name}` };
    const found = findSharedConfig(configMaps, pod);
    if (found === undefined) return undefined;
    const read = known.get(found.configMap) ?? {
      config: readWrittenConfig(found.text),
      source: sourceOf(found.configMap),
    };
    known.set(found.configMap, read);
    return read;
  };
}

function readProxy(node: string, evidence: OwnEvidence, shared: ReadConfig | undefined): KubeProxyState {
  const own = (kind: SourceKind): Source | undefined =>
    evidence.sources.find((source) => source.kind === kind);
  const configz = own('kube-proxy-configz') ?? own('kube-proxy-config');
  const written = configz ? readWrittenConfig(textOf(configz)) : shared?.config;
  const source = configz?.path ?? shared?.source;
  const metrics = own('kube-proxy-metrics');
  const healthz = own('kube-proxy-healthz');
  const log = own('kube-proxy-log');
  const logText = log && textOf(log);
  const reported = own('kube-proxy-mode');
  const reportedMode = reported && textOf(reported).trim();
  const modesInKernel = modesOf(evidence.state);
  const mode =
    asMode(reportedMode) ?? modeInLog(logText) ?? (modesInKernel.length === 1 ? modesInKernel[0] : undefined);
  const version = versionOf(evidence, logText);
  const time = own('node-time');
  return {
    node,
    config: configOf(written, mode, written ? source : undefined),
    modesInKernel,
    ...(reportedMode === undefined ? {} : { reportedMode }),
    ...(version ? { version } : {}),
    ...(metrics
      ? { metrics: { source: metrics.path, samples: parseMetrics(textOf(metrics), 'kubeproxy_') } }
      : {}),
    ...(healthz ? { healthz: readHealthz(healthz) } : {}),
    ...(log && logText !== undefined ? { log: { source: log.path, text: logText } } : {}),
    ...(time ? { readAt: textOf(time).trim() } : {}),
  };
}

function asMode(text: string | undefined): ProxyMode | undefined {
  return text === 'iptables' || text === 'ipvs' || text === 'nftables' ? text : undefined;
}

/** The mode that kube-proxy's log says it took: `"Using iptables Proxier"`, and in older releases `Using ipvs Proxier.` */
export function modeInLog(log: string | undefined): ProxyMode | undefined {
  return asMode(/Using (iptables|ipvs|nftables) Proxier/.exec(log ?? '')?.[1]);
}

function readHealthz(source: Source): NonNullable<KubeProxyState['healthz']> {
  const text = textOf(source);
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(text)?.[1];
  return { source: source.path, text, ...(status === undefined ? {} : { statusCode: Number(status) }) };
}

/** The modes whose rules stand in the kernel, told by what only that mode writes. */
function modesOf(state: NodeState | undefined): ProxyMode[] {
  if (!state) return [];
  const modes = new Set<ProxyMode>();
  for (const table of state.tables) {
    if (table.name === 'kube-proxy' && table.origin === 'nftables') modes.add('nftables');
    if (table.name === 'nat' && table.chains.has('KUBE-SERVICES'))
      modes.add(isIpvsTable(table) ? 'ipvs' : 'iptables');
  }
  return [...modes];
}

/** The release line: the image of its pod, what its log says, or what the node reports. */
function versionOf({ image = '', info }: OwnEvidence, log: string | undefined): KubeProxyState['version'] {
  const candidates = [
    [/Version info.*version="v?(\d+\.\d+)/.exec(log ?? '')?.[1], 'its log'],
    [/:v?(\d+\.\d+)[.\d]*/.exec(image)?.[1], `image ${image}`],
    [/^v?(\d+\.\d+)/.exec(info?.kubeProxyVersion ?? '')?.[1], 'nodeInfo.kubeProxyVersion'],
    [/^v?(\d+\.\d+)/.exec(info?.kubeletVersion ?? '')?.[1], 'nodeInfo.kubeletVersion'],
  ] as const;
  for (const [release, from] of candidates) if (release !== undefined) return { release, from };
  return undefined;
}
