import type { NodeState } from '../dataplane/node-state.ts';
import type { Gap } from '../model/evidence.ts';
import { type Snapshot, type Source, textOf } from '../snapshot/snapshot.ts';
import type {
  ConfigMap,
  Endpoints,
  EndpointSlice,
  HttpRoute,
  Ingress,
  KubernetesObject,
  NetworkPolicy,
  Node,
  Pod,
  Service,
  ServiceCidr,
  Workload,
} from './kubernetes/objects.ts';
import { RESOURCE_OF_KIND, coverageOf } from './coverage-of.ts';
import { isRead } from './is-read.ts';
import { missingNodes } from './missing-nodes.ts';
import { networkOf } from './network.ts';
import { namePorts } from './nodes/name-ports.ts';
import { findUnread } from './nodes/find-unread.ts';
import type { RuleDump } from './nodes/merge-tables.ts';
import { readNodeStates } from './nodes/read-node-states.ts';
import { normaliseObject } from './objects/normalise.ts';
import { orderEvents } from './objects/order-events.ts';
import { type ObjectPlace, type ReadObjects, readObjects } from './objects/read-objects.ts';
import { slicesFromEndpoints } from './objects/slices-from-endpoints.ts';
import type { KubeProxyState } from './kube-proxy-state.ts';
import { readKubeProxies } from './proxy/read-kube-proxies.ts';
import { readObservations } from './read-observations.ts';
import type { ResourceKind, World } from './world.ts';

/** Parses and links a snapshot. What was not understood is in `issues`, what was not seen in `gaps`; nothing throws. */
export function buildWorld(snapshot: Snapshot): World {
  const read = snapshot.sources.filter(({ kind }) => kind === 'kubernetes').map(readObjects);
  const places = new Map<KubernetesObject, ObjectPlace>();
  const objects = uniqueObjects(read, places);
  const of = <T extends KubernetesObject>(resource: ResourceKind): T[] =>
    objects.filter(({ kind }) => RESOURCE_OF_KIND[kind] === resource) as T[];
  const endpoints = of<Endpoints>('endpoints');
  const coverage = coverageOf(read);
  const isDerived = !coverage.has('endpointslices') && coverage.has('endpoints');
  if (isDerived)
    coverage.set('endpointslices', {
      ...(coverage.get('endpoints') ?? { isComplete: false }),
      derivedFrom: 'endpoints',
    });
  const base = {
    services: of<Service>('services'),
    endpointSlices: isDerived ? slicesFromEndpoints(endpoints) : of<EndpointSlice>('endpointslices'),
    endpoints,
    pods: of<Pod>('pods'),
    nodes: of<Node>('nodes'),
    namespaces: of<KubernetesObject>('namespaces'),
    networkPolicies: of<NetworkPolicy>('networkpolicies'),
    workloads: of<Workload>('workloads'),
    configMaps: of<ConfigMap>('configmaps'),
    events: orderEvents(of('events')),
    serviceCidrs: of<ServiceCidr>('servicecidrs'),
    ingresses: of<Ingress>('ingresses'),
    httpRoutes: of<HttpRoute>('httproutes'),
    otherPolicies: objects.filter(({ kind }) => kind !== 'NetworkPolicy' && /NetworkPolicy(\.|$)/.test(kind)),
  };
  const { states: readStates, dumps, issues: nodeIssues } = readNodeStates(snapshot.sources);
  const named = namePorts(readStates, base.pods);
  const sourceOf = (object: KubernetesObject): string => places.get(object)?.source ?? '';
  const kubeProxies = readKubeProxies({ ...base, sources: snapshot.sources, states: named, sourceOf });
  const states = withUnread(named, dumps, kubeProxies, snapshot.sources);
  const now = latestTime(snapshot);
  const observations = readObservations(snapshot.sources);
  return {
    ...base,
    coverage,
    nodeStates: states,
    kubeProxies,
    network: networkOf(base, states, (namespace) => isRead({ coverage }, 'pods', namespace)),
    resolvConfs: textsOf(snapshot.sources, 'resolv-conf'),
    kubeletConfigs: textsOf(snapshot.sources, 'kubelet-config'),
    podLogs: podLogsOf(snapshot.sources),
    dnsAnswers: observations.dnsAnswers,
    probes: observations.probes,
    cniConfigs: textsOf(snapshot.sources, 'cni-config'),
    ...(now === undefined ? {} : { now }),
    gaps: [
      ...snapshot.gaps,
      ...missingNodes(base.nodes, states, coverage),
      ...gapsOfUnread(states, base.services),
      ...notUnderstood(snapshot.sources),
    ],
    issues: [...read.flatMap(({ issues }) => issues), ...nodeIssues, ...observations.issues],
    locate: (object, path) => {
      const place = places.get(object);
      return place
        ? { source: place.source, location: place.locate(path) }
        : { source: `${object.kind} ${object.metadata.namespace}/${object.metadata.name}` };
    },
  };
}

function withUnread(
  states: ReadonlyMap<string, NodeState>,
  dumps: ReadonlyMap<string, readonly RuleDump[]>,
  kubeProxies: ReadonlyMap<string, KubeProxyState>,
  sources: Snapshot['sources'],
): ReadonlyMap<string, NodeState> {
  const asked = new Set(sources.filter(({ path }) => /legacy/i.test(path)).map(({ node }) => node));
  const all = [...states].map(([name, state]): [string, NodeState] => {
    const proxy = kubeProxies.get(name);
    const mode = proxy?.config.assumed.includes('mode') ? undefined : proxy?.config.mode;
    const unread = findUnread(state, dumps.get(name) ?? [], mode, {
      isProxyAlive: proxy?.metrics !== undefined || proxy?.reportedMode !== undefined,
      isLegacyAsked: asked.has(name),
    });
    return [name, unread.length === 0 ? state : { ...state, unread }];
  });
  return new Map(all);
}

/** Rules of IPv6 matter where a Service has an address of it. */
function gapsOfUnread(states: ReadonlyMap<string, NodeState>, services: readonly Service[]): Gap[] {
  const hasIpv6 = services.some(({ spec }) =>
    [spec.clusterIP, ...(spec.clusterIPs ?? [])].some((address) => address?.includes(':')),
  );
  return [...states.values()].flatMap(({ unread = [] }) =>
    unread.filter(({ family }) => family === 'ip' || hasIpv6).map(({ gap }) => gap),
  );
}

/** Each object once, the first that was read; `places` learns where it stands. */
function uniqueObjects(
  read: readonly ReadObjects[],
  places: Map<KubernetesObject, ObjectPlace>,
): KubernetesObject[] {
  const unique = new Map<string, KubernetesObject>();
  for (const { object, place } of read.flatMap(({ objects }) => objects)) {
    const key = `${object.kind} ${object.metadata.namespace} ${object.metadata.name}`;
    if (unique.has(key)) continue;
    const normal = normaliseObject(object);
    unique.set(key, normal);
    places.set(normal, place);
  }
  return [...unique.values()];
}

function textsOf(
  sources: readonly Source[],
  kind: Source['kind'],
): { node?: string; pod?: string; source: string; text: string }[] {
  return sources
    .filter((source) => source.kind === kind)
    .map((source) => ({
      source: source.path,
      text: textOf(source),
      ...(source.node === undefined ? {} : { node: source.node }),
      ...(source.pod === undefined ? {} : { pod: source.pod }),
    }));
}

function podLogsOf(sources: readonly Source[]): Map<string, { source: string; text: string }> {
  const logs = sources.filter(
    ({ kind, pod }) => pod !== undefined && (kind === 'coredns-log' || kind === 'pod-log'),
  );
  return new Map(logs.map((source) => [source.pod ?? '', { source: source.path, text: textOf(source) }]));
}

/** Files that were recognised as nothing. */
function notUnderstood(sources: readonly Source[]): Gap[] {
  return sources
    .filter(({ kind }) => kind === 'unknown')
    .map(({ path, node }) => ({
      what: path,
      why: 'its content is of no kind that is known',
      unlock: 'none',
      ...(node === undefined ? {} : { node }),
    }));
}

/** The latest of the times that the snapshot and its nodes tell. */
function latestTime({ takenAt, sources }: Snapshot): string | undefined {
  const times = sources.filter(({ kind }) => kind === 'node-time').map((source) => textOf(source).trim());
  return [...(takenAt === undefined ? [] : [takenAt]), ...times]
    .sort((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1);
}
