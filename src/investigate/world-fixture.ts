import type { Place } from '../dataplane/node-state.ts';
import { type Ip, parseIp } from '../model/address.ts';
import type { Node, Pod, Service } from '../world/kubernetes/objects.ts';
import type { ResourceKind, World } from '../world/world.ts';

/** For tests: Service `namespace/name` with one port per number given. */
export function service(namespace: string, name: string, spec: Partial<Service['spec']> = {}): Service {
  return {
    kind: 'Service',
    metadata: { namespace, name, labels: { app: name } },
    spec: { clusterIP: '10.96.0.7', ports: [{ port: 80, name: 'http' }], ...spec },
  };
}

/** For tests: pod `namespace/name` with `ip` on node-a. */
export function pod(namespace: string, name: string, ip: string, spec: Partial<Pod['spec']> = {}): Pod {
  return {
    kind: 'Pod',
    metadata: { namespace, name },
    spec: { containers: [], nodeName: 'node-a', ...spec },
    status: { podIP: ip, podIPs: [{ ip }] },
  };
}

/** For tests: node `name` with the internal address `ip`. */
export function node(name: string, ip: string): Node {
  return {
    kind: 'Node',
    metadata: { namespace: '', name },
    spec: {},
    status: { addresses: [{ type: 'InternalIP', address: ip }] },
  };
}

/** For tests: a world of these objects, of which all kinds in `read` were read, with the rules of `ruled` nodes. */
export function worldOf(
  objects: Pick<Partial<World>, 'services' | 'pods' | 'nodes' | 'namespaces' | 'gaps'>,
  {
    read = ['services', 'pods', 'nodes'],
    ruled = ['node-a'],
  }: { readonly read?: readonly ResourceKind[]; readonly ruled?: readonly string[] } = {},
): World {
  const { pods = [], nodes = [] } = objects;
  const states = new Map(
    ruled.map((name) => [
      name,
      { name, tables: [], hasRules: { ip: true, ip6: true }, ipsets: new Map<string, never>() },
    ]),
  );
  const places = new Map<Ip | undefined, Place>([
    ...nodes.flatMap(({ metadata, status }) =>
      (status.addresses ?? []).map(
        ({ address }) => [parseIp(address), { node: metadata.name, isHostNetwork: false }] as const,
      ),
    ),
    ...pods.map(
      ({ metadata, spec, status }) =>
        [
          parseIp(status.podIP ?? ''),
          {
            node: spec.nodeName ?? '',
            pod: `${metadata.namespace}/${metadata.name}`,
            isHostNetwork: spec.hostNetwork === true,
          },
        ] as const,
    ),
  ]);
  return {
    services: [],
    endpointSlices: [],
    endpoints: [],
    pods: [],
    nodes: [],
    namespaces: [],
    networkPolicies: [],
    workloads: [],
    configMaps: [],
    events: [],
    serviceCidrs: [],
    coverage: new Map(read.map((kind) => [kind, { isComplete: true }])),
    nodeStates: states,
    kubeProxies: new Map(),
    network: { nodes: states, placeOf: (address) => places.get(address), isClusterAddress: () => false },
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
    locate: () => ({ source: 'test' }),
    ...objects,
  };
}
