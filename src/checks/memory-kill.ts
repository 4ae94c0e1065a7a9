import type { Evidence } from '../model/evidence.ts';
import type { Pod } from '../world/kubernetes/objects.ts';
import type { MemoryKill } from '../world/last-kill.ts';
import type { World } from '../world/world.ts';

/** What shows that `pod` was killed for its memory. */
export function killEvidence(world: World, pod: Pod, { at }: MemoryKill): Evidence {
  const when = at === undefined ? '' : ` at ${at}`;
  return { ...world.locate(pod, 'status.containerStatuses'), text: `${pod.metadata.name}: OOMKilled${when}` };
}

/** `2 restarts`, and when the last one was where kubelet told and `isDated`. */
export function restartsText({ restarts, at }: MemoryKill, isDated: boolean = true): string {
  const when = at === undefined || !isDated ? '' : `, the last at ${at}`;
  return `${restarts} ${restarts === 1 ? 'restart' : 'restarts'}${when}`;
}
