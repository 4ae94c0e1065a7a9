import { UserError } from '../../model/user-error.ts';
import { removeDebugPods } from '../../observe/node/remove-debug-pods.ts';
import type { Host } from '../host.ts';
import { openCluster } from '../open-cluster.ts';
import type { CleanupOptions } from '../options.ts';

/** `plumb cleanup`: removes debug pods that were left in the cluster. Returns the exit code: 0 none is left, 1 one could not be removed. */
export async function cleanup(host: Host, options: CleanupOptions): Promise<number> {
  const { namespace, dryRun = false, requestTimeout } = options;
  const found = await removeDebugPods(await openCluster(host, options), {
    timeoutMs: requestTimeout,
    isDryRun: dryRun,
    ...(host.signal ? { signal: host.signal } : {}),
    ...(namespace === undefined ? {} : { namespace }),
  });
  if (!found.ok)
    throw new UserError(
      `debug pods cannot be listed: ${found.failure.message}`,
      namespace === undefined
        ? 'say -n NAMESPACE to look in one namespace'
        : 'it takes list and delete on pods',
    );
  for (const { pod, node, failure } of found.value) {
    const what = failure
      ? `could not be removed: ${failure.message}`
      : dryRun
        ? 'would be removed'
        : 'removed';
    host.stdout.write(`${pod} on ${node}: ${what}\n`);
  }
  if (found.value.length === 0) host.stdout.write('no debug pod is left\n');
  return found.value.some(({ failure }) => failure) ? 1 : 0;
}
