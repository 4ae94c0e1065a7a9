import { parseIp } from '../../model/address.ts';
import { cidrContains, parseCidr } from '../../model/cidr.ts';
import type { KubeProxyConfig, KubeProxyState, ProxyMode } from '../../world/kube-proxy-state.ts';
import type { EndpointSlice, Node, Pod, Service, SliceEndpoint } from '../../world/kubernetes/objects.ts';
import type { Coverage, ResourceKind, World } from '../../world/world.ts';

/** For tests: what a sample world is made of; nodes are node-a, node-b and node-c with pods 10.244.{1,2,3}.0/24. */
export interface Sample {
  readonly services?: readonly Service[];
  readonly slices?: readonly EndpointSlice[];
  readonly pods?: readonly Pod[];
  readonly mode?: ProxyMode;
  readonly release?: string;
  readonly config?: Partial<KubeProxyConfig>;
  readonly nodeStates?: World['nodeStates'];
  readonly proxy?: Partial<KubeProxyState>;
  /** More labels by node. */
  readonly labels?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Nodes that are not ready. */
  readonly unready?: readonly string[];
}

/** For tests: the names of the sample's nodes. */
export const sampleNodes = ['node-a', 'node-b', 'node-c'] as const;

/** For tests: a world of three nodes in zones za, zb and zc whose kube-proxies were read. */
export function sampleWorld(sample: Sample = {}): World {
  const nodes = sampleNodes.map((name, index) => {
    const node = sampleNode(name, index, sample.labels?.[name]);
    if (sample.unready?.includes(name) !== true) return node;
    return { ...node, status: { ...node.status, conditions: [{ type: 'Ready', status: 'Unknown' }] } };
  });
  const pods = sample.pods ?? [];
  const coverage = new Map<ResourceKind, Coverage>(
    (['services', 'endpointslices', 'pods', 'nodes'] as const).map((kind) => [kind, { isComplete: true }]),
  );
  const states: World['nodeStates'] = sample.nodeStates ?? new Map();
  const ranges = ['10.244.0.0/16', '10.96.0.0/16', 'fd00::/16'].flatMap((text) => parseCidr(text) ?? []);
  return {
    services: sample.services ?? [],
    endpointSlices: sample.slices ?? [],
    endpoints: [],
    pods,
    nodes,
    namespaces: [],
    networkPolicies: [],
    workloads: [],
    configMaps: [],
    events: [],
    serviceCidrs: [],
    coverage,
    nodeStates: states,
    kubeProxies: new Map(nodes.map(({ metadata }) => [metadata.name, sampleProxy(metadata.name, sample)])),
    network: {
      nodes: states,
      placeOf: (address) => {
        const node = nodes.find(({ status }) => parseIp(status.addresses?.[0]?.address ?? '') === address);
        if (node) return { node: node.metadata.name, isHostNetwork: true };
        const pod = pods.find(({ status }) => parseIp(status.podIP ?? '') === address);
        if (!pod?.spec.nodeName) return undefined;
        const { namespace, name } = pod.metadata;
        return { node: pod.spec.nodeName, pod: `${namespace}/${name}`, isHostNetwork: false };
      },
      isClusterAddress: (address) => ranges.some((range) => cidrContains(range, address)),
    },
    resolvConfs: [],
    dnsAnswers: [],
    probes: [],
    ingresses: [],
    httpRoutes: [],
    kubeletConfigs: [],
    podLogs: new Map(),
    cniConfigs: [],
    gaps: [],
    issues: [],
    locate: () => ({ source: 'sample' }),
  };
}

function sampleNode(name: string, index: number, labels: Readonly<Record<string, string>> = {}): Node {
  const number = index + 1;
  return {
    kind: 'Node',
    metadata: {
      name,
      namespace: '',
      labels: { 'topology.kubernetes.io/zone': `z${name.slice(-1)}`, ...labels },
    },
    spec: { podCIDRs: [`10.244.${number}.0/24`, `fd00:${number}::/64`] },
    status: {
      addresses: [
        { type: 'InternalIP', address: `192.168.90.${number}` },
        { type: 'InternalIP', address: `fd90::${number}` },
        { type: 'Hostname', address: name },
      ],
    },
  };
}

function sampleProxy(
  node: string,
  { mode = 'iptables', release = '1.37', config, proxy }: Sample,
): KubeProxyState {
  return {
    node,
    config: {
      mode,
      hostnameOverride: node,
      clusterCidrs: ['10.244.0.0/16', 'fd00::/16'],
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
      assumed: [],
      source: 'sample',
      ...config,
    },
    modesInKernel: [mode],
    version: { release, from: 'sample' },
    ...proxy,
  };
}

/** For tests: the Service shop/web on 10.96.0.7:80 named http, changed by `spec` and `more`. */
export function sampleService(spec: Partial<Service['spec']> = {}, more: Partial<Service> = {}): Service {
  return {
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    ...more,
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.7',
      clusterIPs: ['10.96.0.7'],
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }],
      ...spec,
    },
  };
}

/** For tests: an IPv4 slice of shop/web, port http 8080. */
export function sampleSlice(
  endpoints: readonly SliceEndpoint[],
  more: Partial<EndpointSlice> = {},
): EndpointSlice {
  return {
    kind: 'EndpointSlice',
    metadata: { name: 'web-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    endpoints,
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    ...more,
  };
}

/** For tests: an endpoint of a slice: a ready pod on `node` unless `more` says otherwise. */
export function sampleEndpoint(
  address: string,
  node: string,
  more: Partial<SliceEndpoint> = {},
): SliceEndpoint {
  return {
    addresses: [address],
    nodeName: node,
    targetRef: { kind: 'Pod', namespace: 'shop', name: `web-${address.replaceAll(/[.:]/g, '-')}` },
    ...more,
  };
}

/** For tests: a running pod. */
export function samplePod(name: string, node: string, address: string, namespace = 'shop'): Pod {
  return {
    kind: 'Pod',
    metadata: { name, namespace },
    spec: { nodeName: node, containers: [] },
    status: { phase: 'Running', podIP: address },
  };
}
