import type { KubeProxyConfig, KubeProxyState } from '../../world/kube-proxy-state.ts';
import { isKubeProxyPod } from '../../model/kube-proxy-pod.ts';
import type { ConfigMap, Pod } from '../../world/kubernetes/objects.ts';
import { modeInLog } from '../../world/proxy/read-kube-proxies.ts';
import { configOf, configTextOf, readWrittenConfig } from '../../world/proxy/read-config.ts';
import { mountedConfigMaps } from '../../world/mounted-config-maps.ts';
import type { World } from '../../world/world.ts';
import { type Check, defineCheck } from '../check.ts';

/** A kube-proxy runs with other settings than the ConfigMap that it mounts says: kube-proxy reads it when it starts. */
export const configTaken: Check = defineCheck({
  id: 'kube-proxy/config-taken',
  asserts: 'every kube-proxy runs with the settings of its ConfigMap',
  faults: ['K08'],
  needs: ['kubeProxies'],
  isClusterWide: true,
  *run({ world }) {
    for (const configMap of world.configMaps) {
      const mounting = nodesWith(world, configMap);
      const written = mounting.length > 0 ? readWrittenConfig(configTextOf(configMap) ?? '') : undefined;
      if (written === undefined) continue;
      const { source, location } = world.locate(configMap, 'data');
      const nodes = new Map<string, string[]>();
      for (const node of mounting) {
        const state = world.kubeProxies.get(node);
        if (state === undefined) continue;
        const differences = differencesOf(state, configOf(written, undefined, source), source);
        const text = differences.map(([name, says, runs]) => `${name} ${says}, not ${runs}`).join('; ');
        if (text !== '') nodes.set(text, [...(nodes.get(text) ?? []), node]);
      }
      const { namespace, name } = configMap.metadata;
      for (const [text, on] of nodes)
        yield {
          severity: 'warning',
          subject: `ConfigMap ${namespace}/${name}`,
          ...(on.length === 1 && on[0] !== undefined ? { node: on[0] } : {}),
          summary: `kube-proxy on ${on.join(', ')} does not run with what its ConfigMap says now (${text}): it reads it when it starts`,
          evidence: [{ source, ...(location === undefined ? {} : { location }), text }],
          remedy: {
            text: 'restart kube-proxy to take the change, or take the change back; where it started after the change, its log says why it fell back',
            commands: [`kubectl -n ${namespace} rollout restart daemonset kube-proxy`],
          },
        };
    }
  },
});

/** Nodes with a pod of kube-proxy that mounts `configMap` and, where its words are known, is told to read a file. */
function nodesWith({ pods }: World, { metadata }: ConfigMap): string[] {
  const own = pods.filter(
    (pod) =>
      pod.metadata.namespace === metadata.namespace &&
      isKubeProxyPod(pod) &&
      mountedConfigMaps(pod).includes(metadata.name) &&
      isConfiguredByFile(pod),
  );
  return [...new Set(own.flatMap(({ spec }) => spec.nodeName ?? []))].sort();
}

function isConfiguredByFile({ spec }: Pod): boolean {
  const words = spec.containers.flatMap(({ command = [], args = [] }) => [...command, ...args]);
  return words.length === 0 || words.some((word) => /--config\b/.test(word));
}

/** What the ConfigMap says and what runs, of the settings that decide about rules; only what the process itself told. */
function differencesOf(
  { reportedMode, log, config }: KubeProxyState,
  says: KubeProxyConfig,
  source: string,
): [name: string, says: string, runs: string][] {
  // Without a configuration of its own, the node's is the ConfigMap's.
  const isTold = config.source !== undefined && config.source !== source;
  const reported = MODES.find((each) => each === reportedMode);
  const mode = reported ?? modeInLog(log?.text) ?? (isTold ? config.mode : undefined);
  const told: [name: string, says: string, runs: string][] = isTold
    ? SETTINGS.map(([name, valueOf]) => [name, valueOf(says), valueOf(config)])
    : [];
  return [
    ...(mode === undefined ? [] : [['mode', says.mode, mode] satisfies [string, string, string]]),
    ...told,
  ].filter(([, a, b]) => a !== b);
}

const MODES = ['iptables', 'ipvs', 'nftables'];

const SETTINGS: readonly (readonly [name: string, valueOf: (config: KubeProxyConfig) => string])[] = [
  ['clusterCIDR', ({ clusterCidrs }) => clusterCidrs.join(',') || 'none'],
  ['detectLocalMode', ({ detectLocalMode }) => detectLocalMode],
  [
    'nodePortAddresses',
    (config) => config.nodePortAddresses.filter((each) => !isOwn(each)).join(',') || 'none',
  ],
  ['masqueradeAll', ({ masqueradeAll }) => `${masqueradeAll}`],
  ['localhostNodePorts', ({ localhostNodePorts }) => `${localhostNodePorts}`],
];

/** The default of nftables mode is filled in before it is told: `primary`, in older releases the node's own addresses. */
function isOwn(range: string): boolean {
  return range === 'primary' || /\/(32|128)$/.test(range);
}
