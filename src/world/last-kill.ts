import type { Pod } from './kubernetes/objects.ts';

/** How a container of a pod was last killed for its memory. */
export interface MemoryKill {
  readonly container: string;
  readonly restarts: number;
  /** RFC 3339, where kubelet told. */
  readonly at?: string;
  /** True where it is known to be more than a day ago. */
  readonly isLongAgo: boolean;
}

const DAY_MS = 24 * 3600_000;

/** The last kill of a container of `pod` for want of memory, where it is its last end; `now` is RFC 3339. */
export function lastKill({ status }: Pod, now: string | undefined): MemoryKill | undefined {
  for (const { name, state, lastState, restartCount = 0 } of status.containerStatuses ?? []) {
    const ended = state?.terminated ?? lastState?.terminated;
    if (ended?.reason !== 'OOMKilled') continue;
    const at = ended.finishedAt;
    return {
      container: name,
      restarts: restartCount,
      ...(at === undefined ? {} : { at }),
      isLongAgo: Date.parse(now ?? '') - Date.parse(at ?? '') > DAY_MS,
    };
  }
  return undefined;
}
