import { isKubeProxyPod } from '../../model/kube-proxy-pod.ts';
import type { ContainerName } from '../kubernetes/cluster-access.ts';

/** A pod as the API has it; only what is needed to find a way onto its node. */
export interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly creationTimestamp?: string;
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly hostNetwork?: boolean;
    readonly containers: readonly {
      readonly name: string;
      readonly command?: readonly string[];
      readonly args?: readonly string[];
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly restartCount?: number;
      readonly state?: Readonly<Record<string, { readonly reason?: string } | undefined>>;
    }[];
  };
}

/** Where a program can be run in a node's own network. */
export interface NodePods {
  readonly node: string;
  /** kube-proxy's pods on the node, the one to ask first in front: running before restarting, staying before leaving, new before old. */
  readonly proxies: readonly PodObject[];
  /** Other pods in the node's network that bring network tools, by name. */
  readonly others: readonly PodObject[];
}

/** Agents of network plugins and debug pods whose images have `ip`, `iptables` or `nft`, by the beginning of their names. */
const TOOLBOXES =
  /^(plumb-debug|node-debugger|netshoot|kube-flannel|calico-node|canal|cilium|kindnet|weave-net|aws-node|antrea-agent|kube-router|kube-ovn-cni|ovn|ovs|sdn|azure-cni|node-local-dns)\b/;

/** The pods on `node` that run in its network and may have what is needed. */
export function podsOnNode(node: string, pods: readonly PodObject[]): NodePods {
  const own = pods.filter(
    ({ spec, status }) =>
      spec.nodeName === node && spec.hostNetwork === true && status?.phase !== 'Succeeded',
  );
  const proxies = own.filter(isKubeProxyPod).sort(byUse);
  const others = own.filter((pod) => !isKubeProxyPod(pod) && TOOLBOXES.test(pod.metadata.name)).sort(byUse);
  return { node, proxies, others: others.filter(isRunning) };
}

/** Whether something can be run in the pod now. */
export function isRunning({ status }: PodObject): boolean {
  return (
    status?.phase === 'Running' &&
    (status.containerStatuses ?? []).some(
      ({ state }) => state === undefined || state['running'] !== undefined,
    )
  );
}

/** The container that has the network tools: kube-proxy's own, else the first that runs. */
export function containerOf({ metadata, spec, status }: PodObject): ContainerName {
  const running = status?.containerStatuses?.find(({ state }) => state?.['running'] !== undefined)?.name;
  const container =
    spec.containers.find(({ name }) => name === 'kube-proxy')?.name ?? running ?? spec.containers[0]?.name;
  return {
    namespace: metadata.namespace,
    pod: metadata.name,
    ...(container === undefined ? {} : { container }),
  };
}

function byUse(a: PodObject, b: PodObject): number {
  const rank = (pod: PodObject): number =>
    (isRunning(pod) ? 0 : 4) +
    (pod.metadata.deletionTimestamp === undefined ? 0 : 2) +
    (isReady(pod) ? 0 : 1);
  return (
    rank(a) - rank(b) ||
    (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '') ||
    a.metadata.name.localeCompare(b.metadata.name)
  );
}

function isReady({ status }: PodObject): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}
