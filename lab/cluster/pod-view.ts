import type { ApiObject } from './api.ts';

/** What the lab reads of a pod. */
export interface PodView {
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly address: string;
  /** Of each family; the first is `address`. */
  readonly addresses: readonly string[];
  readonly ready: boolean;
  readonly terminating: boolean;
  /** Container id without its scheme; undefined before it was made. */
  readonly container: string | undefined;
}

/** Reads a pod as the API has it. */
export function podView(pod: ApiObject): PodView {
  const metadata = (pod.metadata ?? {}) as { name?: string; uid?: string; deletionTimestamp?: string };
  const status = (pod['status'] ?? {}) as {
    podIP?: string;
    podIPs?: { ip: string }[];
    conditions?: { type: string; status: string }[];
    containerStatuses?: { containerID?: string }[];
  };
  return {
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    node: (pod['spec'] as { nodeName?: string } | undefined)?.nodeName ?? '',
    address: status.podIP ?? '',
    addresses: (status.podIPs ?? []).map(({ ip }) => ip),
    ready: status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false,
    terminating: metadata.deletionTimestamp !== undefined,
    container: status.containerStatuses?.[0]?.containerID?.replace('containerd://', ''),
  };
}
