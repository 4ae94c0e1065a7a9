import type { Snapshot } from '../snapshot/snapshot.ts';
import type { ObserveOptions } from '../observe/kubernetes/observe-cluster.ts';
import type { LiveSubject } from '../observe/kubernetes/readings-of.ts';
import type { Host } from './host.ts';
import { openCluster } from './open-cluster.ts';
import type { EvidenceOptions } from './options.ts';

/** Below this many bytes the answer comes too soon to say that it is on its way. */
const worthSaying = 20_000_000;

/** How a cluster is observed, beside what the user says. */
type ObserveWays = Pick<ObserveOptions, 'before' | 'isPacked' | 'onAsked'>;

/**
 * What `--from` names, as a snapshot; without it, what a question about `subject` needs of the cluster that the kubeconfig names. Throws a `UserError` where
 * nothing can be read.
 */
export async function readEvidence(
  host: Host,
  options: EvidenceOptions,
  subject: LiveSubject = {},
  ways: ObserveWays = {},
): Promise<Snapshot> {
  const { from, node } = options;
  if (from === undefined || from.length === 0) return await readCluster(host, options, subject, ways);
  const { readBundle } = await import('../observe/bundle/read-bundle.ts');
  const snapshot = await readBundle([...from], node === undefined ? {} : { node });
  const bytes = snapshot.sources.reduce((sum, source) => sum + source.bytes.length, 0);
  if (host.stderr.isTTY === true && bytes > worthSaying) {
    const nodes = new Set(snapshot.sources.flatMap((source) => source.node ?? [])).size;
    host.stderr.write(`reading ${Math.round(bytes / 1e6)} MB of ${nodes} nodes …\n`);
  }
  return snapshot;
}

async function readCluster(
  host: Host,
  options: EvidenceOptions,
  subject: LiveSubject,
  ways: ObserveWays,
): Promise<Snapshot> {
  const { signal, stderr } = host;
  const { debugPods = false, debugImage, debugNamespace, dryRun = false, requestTimeout } = options;
  const { observeCluster } = await import('../observe/kubernetes/observe-cluster.ts');
  const { debugPodDefaults } = await import('../observe/node/debug-pod.ts');
  return await observeCluster(await openCluster(host, options), subject, {
    ...ways,
    timeoutMs: requestTimeout,
    isProbing: options.probe !== false,
    ...(signal ? { signal } : {}),
    ...(debugPods
      ? {
          debugPods: {
            image: debugImage ?? debugPodDefaults.image,
            namespace: debugNamespace ?? debugPodDefaults.namespace,
          },
        }
      : {}),
    ...(dryRun ? { onWouldMake: (pod) => stderr.write(`${JSON.stringify(pod, undefined, 2)}\n`) } : {}),
  });
}
