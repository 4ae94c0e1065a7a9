import { byKey } from '../model/by-key.ts';
import type { Pod } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';

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

function groupPods(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  return byKey(pods, ({ metadata, spec, status }) =>
    !spec.hostNetwork && status.phase === 'Running' && metadata.deletionTimestamp === undefined
      ? spec.nodeName
      : undefined,
  );
}
