import type { RuleReference } from '../dataplane/walk/trace.ts';
import { walk } from '../dataplane/walk/walk.ts';
import { nodeAddressesOf } from '../intent/nodes-of.ts';
import { familyOf, parseIp } from '../model/address.ts';
import { PROTOCOL } from '../model/protocol.ts';
import type { Pod } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';

/** The rule of the pod’s own node that keeps kubelet from probing `pod`; undefined where its probe gets there, or has no port. */
export function blockedProbe(world: World, pod: Pod): RuleReference | undefined {
  const { nodeName } = pod.spec;
  const address = parseIp(pod.status.podIP ?? '');
  const port = pod.spec.containers
    .map(
      ({ readinessProbe }) =>
        readinessProbe?.httpGet?.port ?? readinessProbe?.tcpSocket?.port ?? readinessProbe?.grpc?.port,
    )
    .find((each) => typeof each === 'number');
  if (
    nodeName === undefined ||
    address === undefined ||
    typeof port !== 'number' ||
    pod.spec.hostNetwork === true
  )
    return undefined;
  const [own] = nodeAddressesOf(world, nodeName, familyOf(address));
  if (own === undefined || !world.nodeStates.has(nodeName)) return undefined;
  const { outcomes } = walk(
    world.network,
    { kind: 'node', node: nodeName, address: own },
    { source: own, destination: address, destinationPort: port, protocol: PROTOCOL.tcp },
  );
  const isBlocked =
    outcomes.length > 0 && outcomes.every(({ result }) => result === 'dropped' || result === 'rejected');
  return isBlocked ? outcomes[0]?.decidedBy : undefined;
}
