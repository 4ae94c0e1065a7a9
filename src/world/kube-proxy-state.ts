/** The service proxy modes of kube-proxy on Linux. */
export type ProxyMode = 'iptables' | 'ipvs' | 'nftables';

/** How kube-proxy tells cluster-local traffic. *Source:* KubeProxyConfiguration v1alpha1. */
export type DetectLocalMode = 'ClusterCIDR' | 'NodeCIDR' | 'BridgeInterface' | 'InterfaceNamePrefix' | 'None';

/** kube-proxy's configuration, with kube-proxy's defaults filled in; `assumed` names the fields that no source gave. */
export interface KubeProxyConfig {
  readonly mode: ProxyMode;
  readonly hostnameOverride: string;
  readonly clusterCidrs: readonly string[];
  readonly detectLocalMode: DetectLocalMode;
  readonly bridgeInterface: string;
  readonly interfaceNamePrefix: string;
  readonly nodePortAddresses: readonly string[];
  readonly masqueradeAll: boolean;
  readonly masqueradeBit: number;
  readonly localhostNodePorts: boolean;
  readonly syncPeriodSeconds: number;
  readonly minSyncPeriodSeconds: number;
  readonly ipvsScheduler: string;
  readonly ipvsStrictArp: boolean;
  readonly ipvsExcludeCidrs: readonly string[];
  readonly featureGates: Readonly<Record<string, boolean>>;
  readonly assumed: readonly string[];
  /** The snapshot source it was read from; undefined where all is assumed. */
  readonly source?: string;
}

/** What was read of one node's kube-proxy. An undefined member was not read. */
export interface KubeProxyState {
  readonly node: string;
  readonly config: KubeProxyConfig;
  /** From /proxyMode. */
  readonly reportedMode?: string;
  /** The mode its rules show: what is in the kernel, each with KUBE-* or table kube-proxy. */
  readonly modesInKernel: readonly ProxyMode[];
  /** The release line, e.g. `1.37`, and what says so. */
  readonly version?: { readonly release: string; readonly from: string };
  readonly metrics?: { readonly source: string; readonly samples: readonly MetricSample[] };
  readonly healthz?: { readonly source: string; readonly text: string; readonly statusCode?: number };
  readonly log?: { readonly source: string; readonly text: string };
  /** RFC 3339, the node's clock when it was read. */
  readonly readAt?: string;
}

/** One sample of the Prometheus text format. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
