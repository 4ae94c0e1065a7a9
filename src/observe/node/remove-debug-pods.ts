import type { AccessFailure, Attempt, ClusterAccess, Patience } from '../kubernetes/cluster-access.ts';
import { debugPodLabel } from './debug-pod.ts';
import type { PodObject } from './node-pods.ts';

/** A debug pod that was found, and what became of it. */
export interface RemovedPod {
  /** `namespace/name`. */
  readonly pod: string;
  readonly node: string;
  /** Why it is still there; absent where it was removed, or only looked for. */
  readonly failure?: AccessFailure;
}

/**
 * Removes every debug pod that was left, in `namespace` or in all. With `isDryRun` they are only named. A failure where they could not even be
 * listed.
 */
export async function removeDebugPods(
  access: ClusterAccess,
  {
    namespace,
    isDryRun = false,
    ...patience
  }: Patience & { readonly namespace?: string; readonly isDryRun?: boolean },
): Promise<Attempt<readonly RemovedPod[]>> {
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const selector = encodeURIComponent(`${debugPodLabel.name}=${debugPodLabel.value}`);
  const listed = await access.getJson(`/api/v1${scope}/pods?labelSelector=${selector}`, patience);
  if (!listed.ok) return listed;
  const { items = [] } = listed.value as { items?: readonly PodObject[] };
  const removed: RemovedPod[] = [];
  for (const { metadata, spec } of items) {
    const gone = isDryRun ? undefined : await access.deletePod(metadata.namespace, metadata.name, patience);
    const failure = gone?.ok === false && gone.failure.kind !== 'not-found' ? gone.failure : undefined;
    removed.push({
      pod: `${metadata.namespace}/${metadata.name}`,
      node: spec.nodeName ?? '',
      ...(failure === undefined ? {} : { failure }),
    });
  }
  return { ok: true, value: removed };
}
