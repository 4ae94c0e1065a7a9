import type { NodeState } from '../../dataplane/node-state.ts';
import { type Ip, parseIp } from '../../model/address.ts';
import { byKey } from '../../model/by-key.ts';
import type { Pod } from '../kubernetes/objects.ts';

/** At least so many digits of a pod's uid in an interface's name are no chance. */
const NAMED_AFTER = /([0-9a-f]{8,})$/;

/**
 * `states` with the addresses of the pods behind bridge ports whose interface is named after the pod's uid, as some CNIs do.
 * Ports whose addresses are known already, and those named otherwise, stay as they are.
 */
export function namePorts(
  states: ReadonlyMap<string, NodeState>,
  pods: readonly Pod[],
): ReadonlyMap<string, NodeState> {
  const named = new Map(states);
  const podsOn = byKey(pods, ({ spec }) => (spec.hostNetwork ? undefined : spec.nodeName));
  for (const [node, state] of states) {
    if (state.bridgePorts === undefined) continue;
    const own = podsOn.get(node) ?? [];
    const bridgePorts = state.bridgePorts.map((port) => {
      const digits = NAMED_AFTER.exec(port.name)?.[1];
      if (port.addresses !== undefined || digits === undefined) return port;
      const pod = own.find(({ metadata }) => metadata.uid?.replaceAll('-', '').startsWith(digits));
      return pod === undefined ? port : { ...port, addresses: addressesOf(pod) };
    });
    named.set(node, { ...state, bridgePorts });
  }
  return named;
}

function addressesOf({ status }: Pod): Ip[] {
  const texts = new Set([status.podIP, ...(status.podIPs ?? []).map(({ ip }) => ip)]);
  return [...texts].flatMap((text) => (text === undefined ? [] : (parseIp(text) ?? [])));
}
