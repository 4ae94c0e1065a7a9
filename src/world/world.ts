import type { Network, NodeState } from '../dataplane/node-state.ts';
import type { Evidence, Gap, ParseIssue } from '../model/evidence.ts';
import type { DnsObservation, ProbeObservation } from '../model/observation.ts';
import type { Sourced } from './read-observations.ts';
import type {
  ConfigMap,
  Endpoints,
  EndpointSlice,
  HttpRoute,
  Ingress,
  KubernetesEvent,
  KubernetesObject,
  NetworkPolicy,
  Node,
  Pod,
  Service,
  ServiceCidr,
  Workload,
} from './kubernetes/objects.ts';
import type { KubeProxyState } from './kube-proxy-state.ts';

/** The API kinds that Plumb reads, by their plural resource name. */
export type ResourceKind =
  | 'services'
  | 'endpointslices'
  | 'endpoints'
  | 'pods'
  | 'nodes'
  | 'namespaces'
  | 'networkpolicies'
  | 'workloads'
  | 'configmaps'
  | 'events'
  | 'servicecidrs'
  | 'ingresses'
  | 'httproutes';

/**
 * The parsed, linked view of a snapshot that everything below reads. It is immutable; a repair makes a new one.
 * A kind that is absent from `coverage` was not read: its empty list proves nothing.
 */
export interface World {
  readonly services: readonly Service[];
  /** Where no slices were read, slices derived from Endpoints stand here, and `coverage` says so. */
  readonly endpointSlices: readonly EndpointSlice[];
  readonly endpoints: readonly Endpoints[];
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly namespaces: readonly KubernetesObject[];
  readonly networkPolicies: readonly NetworkPolicy[];
  readonly workloads: readonly Workload[];
  readonly configMaps: readonly ConfigMap[];
  /** By when each happened last, oldest first. */
  readonly events: readonly KubernetesEvent[];
  readonly serviceCidrs: readonly ServiceCidr[];
  readonly ingresses: readonly Ingress[];
  readonly httpRoutes: readonly HttpRoute[];
  /** Policies of other kinds than NetworkPolicy (AdminNetworkPolicy, those of Calico and Cilium), which are not interpreted. */
  readonly otherPolicies?: readonly KubernetesObject[];
  readonly coverage: ReadonlyMap<ResourceKind, Coverage>;

  /** What was read of each node's kernel, by node name; nodes of which nothing was read are absent. */
  readonly nodeStates: ReadonlyMap<string, NodeState>;
  /** What was read of each node's kube-proxy, by node name. */
  readonly kubeProxies: ReadonlyMap<string, KubeProxyState>;
  /** The same nodes as the packet path sees them. */
  readonly network: Network;
  /** resolv.conf files that were read, by `namespace/name` of the pod or by node. */
  readonly resolvConfs: readonly {
    readonly node?: string;
    readonly pod?: string;
    readonly source: string;
    readonly text: string;
  }[];
  /** Configurations of kubelet that were read, as it takes or tells them. */
  readonly kubeletConfigs: readonly {
    readonly node?: string;
    readonly source: string;
    readonly text: string;
  }[];
  /** Logs of pods that were read: `namespace/name` → text. */
  readonly podLogs: ReadonlyMap<string, { readonly source: string; readonly text: string }>;
  /** What DNS servers answered, and what connections gave, when the snapshot was taken. */
  readonly dnsAnswers: readonly Sourced<DnsObservation>[];
  readonly probes: readonly Sourced<ProbeObservation>[];
  /** CNI configuration files. */
  readonly cniConfigs: readonly { readonly node?: string; readonly source: string; readonly text: string }[];
  /** RFC 3339: the latest moment that the snapshot speaks of; undefined where nothing says. */
  readonly now?: string;

  readonly gaps: readonly Gap[];
  readonly issues: readonly ParseIssue[];
  /** Where an object stands in the snapshot, for evidence. `path` is a JSON path inside the object (`spec.selector`). */
  locate(object: KubernetesObject, path?: string): Pick<Evidence, 'source' | 'location'>;
}

/** How much of a kind was read: everywhere, or only these namespaces. */
export interface Coverage {
  readonly isComplete: boolean;
  readonly namespaces?: readonly string[];
  /** `endpoints` where slices were derived from Endpoints. */
  readonly derivedFrom?: ResourceKind;
}
