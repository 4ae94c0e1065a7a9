import { byKey } from '../model/by-key.ts';
import type { Ip, IpFamily } from '../model/address.ts';
import type { Pod } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import { addressesOfFamily } from './addresses-of-family.ts';

const podsByWorld = new WeakMap<readonly Pod[], ReadonlyMap<string, readonly Pod[]>>();

/** Running pods of `node` that have an address of their own and are not being deleted, in the order they were read. */
export function podsOnNode(world: World, node: string): readonly Pod[] {
  let pods = podsByWorld.get(world.pods);
  if (pods === undefined) {
    pods = groupPods(world.pods);
    podsByWorld.set(world.pods, pods);
  }
  return pods.get(node) ?? [];
}

/** Looking further for a client is not worth the time. */
const MOST_CANDIDATES = 200;

/** The pods of `node` among which a client is looked for. */
export function candidatesOn(world: World, node: string): readonly Pod[] {
  return podsOnNode(world, node).slice(0, MOST_CANDIDATES);
}

/** The first address of `family` that the pod has. */
export function podAddress({ status }: Pod, family: IpFamily): Ip | undefined {
  return addressesOfFamily([status.podIP, ...(status.podIPs ?? []).map(({ ip }) => ip)], family)[0];
}

function groupPods(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  return byKey(pods, ({ metadata, spec, status }) =>
    !spec.hostNetwork && status.phase === 'Running' && metadata.deletionTimestamp === undefined
      ? spec.nodeName
      : undefined,
  );
}
