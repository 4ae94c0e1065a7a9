import type { Reading, ResourceName } from './resources.ts';

/** What a live question is about; nothing: every Service. */
export interface LiveSubject {
  readonly namespace?: string;
  /** A Service of `namespace`. */
  readonly service?: string;
  /** The namespace of a client that the question names, where it is another. */
  readonly clientNamespace?: string;
  /** The client, `namespace/name`. */
  readonly clientPod?: string;
  /** A name to look up, as the client says it. */
  readonly lookUp?: string;
  /** A path to ask the Service and its endpoints for by HTTP. */
  readonly httpPath?: string;
}

const SYSTEM = 'kube-system';

/** Kinds of which the namespaces asked about are read whole: a near miss may be any of them. */
const OF_NAMESPACE: readonly ResourceName[] = [
  'services',
  'endpointslices',
  'endpoints',
  'pods',
  'networkpolicies',
  'deployments',
  'replicasets',
  'statefulsets',
  'daemonsets',
  'events',
];

/** What leads clients from outside to Services. */
const ROUTES: readonly ResourceName[] = ['ingresses', 'httproutes'];

/** What kube-system tells of DNS, service proxy and network plugin. */
const OF_SYSTEM: readonly ResourceName[] = [
  'services',
  'endpointslices',
  'endpoints',
  'pods',
  'networkpolicies',
  'daemonsets',
  'deployments',
  'replicasets',
];

const OF_CLUSTER: readonly Reading[] = [
  { resource: 'nodes' },
  { resource: 'configmaps', namespace: SYSTEM, name: 'coredns', isOptional: true },
  { resource: 'namespaces' },
  { resource: 'servicecidrs', isOptional: true },
];

/** What leads to nodes, DNS servers and endpoints, which can be asked as soon as these are read. */
const LEADS: readonly ResourceName[] = ['nodes', 'services', 'endpointslices', 'pods'];

/**
 * The readings that answer a question about `subject`, those that lead to nodes, DNS servers and endpoints apart: of its namespaces and the cluster's own, never
 * all pods for one Service.
 */
export function readingsOf({ namespace, clientNamespace, clientPod }: LiveSubject): {
  readonly leads: readonly Reading[];
  readonly rest: readonly Reading[];
} {
  const namespaces = new Set([namespace, clientNamespace].filter((each) => each !== undefined));
  const ofNamespace = (of: { namespace?: string }): Reading[] => [
    ...OF_NAMESPACE.map((resource): Reading => ({ resource, ...of })),
    ...ROUTES.map((resource): Reading => ({ resource, ...of, isExtra: true })),
  ];
  const own = [...namespaces].flatMap((each) => ofNamespace({ namespace: each }));
  const system = namespaces.has(SYSTEM)
    ? []
    : OF_SYSTEM.map((resource): Reading => ({ resource, namespace: SYSTEM }));
  const all = [...OF_CLUSTER, ...(namespace === undefined ? ofNamespace({}) : [...system, ...own])];
  // A namespace may hold thousands of pods, of which none leads anywhere but the client that is named.
  const isLead = ({ resource, name, namespace: of }: Reading): boolean =>
    name === 'coredns' ||
    (LEADS.includes(resource) && (resource !== 'pods' || of === SYSTEM || of === undefined));
  return {
    leads: [...all.filter(isLead), ...clientOf(clientPod)],
    rest: all.filter((reading) => !isLead(reading)),
  };
}

function clientOf(clientPod: string | undefined): Reading[] {
  const [namespace, name] = clientPod?.split('/') ?? [];
  return namespace === undefined || name === undefined
    ? []
    : [{ resource: 'pods', namespace, name, isOptional: true }];
}

/**
 * Whether the Services of all namespaces matter: the one asked about is not there (it may be elsewhere), or one claims addresses
 * that others may claim too.
 */
export function needsAllServices(asked: readonly object[]): boolean {
  return asked.length === 0 || asked.some(claimsAddresses);
}

function claimsAddresses({
  spec = {},
}: {
  readonly spec?: { type?: string; externalIPs?: readonly string[] };
}): boolean {
  const { type = 'ClusterIP', externalIPs = [] } = spec;
  return (type !== 'ClusterIP' && type !== 'ExternalName') || externalIPs.length > 0;
}
