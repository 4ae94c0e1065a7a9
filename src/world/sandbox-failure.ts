import type { Pod } from './kubernetes/objects.ts';
import type { World } from './world.ts';

/** Why kubelet could not give a pod its network. */
export interface SandboxFailure {
  /** Id of the fault catalogue: no address left, the bridge has another subnet, or the CNI plugin does not work. */
  readonly fault: 'N11' | 'N13' | 'N14';
  readonly why: string;
  /** The event's message. */
  readonly message: string;
  readonly remedy: string;
}

/** What CNI plugins say, the closest first; `undefined` stands for any other failure of the network. */
const SAID: readonly (readonly [pattern: RegExp, failure: Omit<SandboxFailure, 'message'>])[] = [
  [
    /failed to (assign|allocate) an? ?IP|no (available|more) IPs?\b|no IP addresses available|No more (free|IPs)|range is full|requested IPv[46] addresses/i,
    {
      fault: 'N14',
      why: 'no address is left for it',
      remedy: 'give the node or the address pool more addresses, or run fewer pods there',
    },
  ],
  [
    /already has an IP address different from/,
    {
      fault: 'N11',
      why: 'the bridge of its node keeps the address of another pod range',
      remedy:
        'delete the bridge on the node (ip link delete cni0); the plugin makes it anew with the range of node.spec.podCIDR',
    },
  ],
  [
    /network for sandbox|network plugin|CNI|failed to find plugin|subnet\.env|calico\/nodename/i,
    {
      fault: 'N13',
      why: 'the CNI plugin of its node gives it no network',
      remedy: 'bring the CNI plugin’s pod on that node up, and look at its log',
    },
  ],
];

/**
 * What the events say of a pod that waits for its network; `undefined` where they say nothing of it. *Source:* kubernetes v1.37
 * pkg/kubelet/kuberuntime/kuberuntime_manager.go (FailedCreatePodSandBox); containernetworking/plugins bridge, host-local; aws/amazon-vpc-cni-k8s.
 */
export function sandboxFailure({ events }: World, { metadata }: Pod): SandboxFailure | undefined {
  const message = events.findLast(
    ({ involvedObject, reason }) =>
      ['FailedCreatePodSandBox', 'NetworkNotReady'].includes(reason ?? '') &&
      involvedObject?.kind === 'Pod' &&
      involvedObject.name === metadata.name &&
      involvedObject.namespace === metadata.namespace,
  )?.message;
  if (message === undefined) return undefined;
  const failure = SAID.find(([pattern]) => pattern.test(message))?.[1];
  return failure && { ...failure, message };
}
