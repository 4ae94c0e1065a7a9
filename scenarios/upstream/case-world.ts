import { readFileSync } from 'node:fs';
import type { Table } from '../../src/dataplane/ruleset/ruleset.ts';
import type { KubeProxyConfig, ProxyMode } from '../../src/world/kube-proxy-state.ts';
import { buildWorld } from '../../src/world/build-world.ts';
import type { World } from '../../src/world/world.ts';
import { type KubeProxyConfig as CaseConfig, caseNetwork } from './case-node.ts';

interface CaseObjects {
  readonly meta: {
    readonly kubeProxyConfig: CaseConfig & {
      readonly mode: ProxyMode;
      readonly clusterCIDR: string;
      readonly masqueradeAll: boolean;
      readonly nodePortAddresses: readonly string[];
    };
  };
  readonly items: readonly unknown[];
}

/** The objects of the upstream case in `folder`, its node with a pod that is nobody's endpoint, and the rules that were read there. */
export function caseWorld(folder: string, tables: readonly Table[], release: string): World {
  const { meta, items } = JSON.parse(readFileSync(`${folder}/objects.json`, 'utf8')) as CaseObjects;
  const { nodeName, nodeIP, mode, clusterCIDR, masqueradeAll, nodePortAddresses } = meta.kubeProxyConfig;
  const node = {
    kind: 'Node',
    metadata: { name: nodeName },
    status: { addresses: [{ type: 'InternalIP', address: nodeIP }] },
  };
  const client = {
    kind: 'Pod',
    metadata: { name: 'client', namespace: 'default' },
    spec: { nodeName, containers: [] },
    status: { phase: 'Running', podIP: '10.0.0.2' },
  };
  const bytes = new TextEncoder().encode(
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...items, node, client] }),
  );
  const sources = [{ path: 'objects.json', kind: 'kubernetes' as const, bytes }];
  const world = buildWorld({ format: 'plumb-snapshot', version: 1, sources, gaps: [] });
  const config: KubeProxyConfig = {
    mode,
    hostnameOverride: nodeName,
    clusterCidrs: [clusterCIDR],
    detectLocalMode: 'ClusterCIDR',
    bridgeInterface: '',
    interfaceNamePrefix: '',
    nodePortAddresses,
    masqueradeAll,
    masqueradeBit: 14,
    localhostNodePorts: true,
    syncPeriodSeconds: 30,
    minSyncPeriodSeconds: 1,
    ipvsScheduler: '',
    ipvsStrictArp: false,
    ipvsExcludeCidrs: [],
    featureGates: {},
    assumed: [],
    source: 'objects.json',
  };
  const network = caseNetwork(meta.kubeProxyConfig, tables);
  const proxy = { node: nodeName, config, modesInKernel: [mode], version: { release, from: 'the test' } };
  return {
    ...world,
    nodeStates: network.nodes,
    network,
    kubeProxies: new Map([[nodeName, proxy]]),
    coverage: new Map((['services', 'endpointslices'] as const).map((kind) => [kind, { isComplete: true }])),
  };
}
