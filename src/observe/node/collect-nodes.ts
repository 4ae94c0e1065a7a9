import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Source } from '../../snapshot/snapshot.ts';
import { type Collected, joinCollected } from '../collected.ts';
import { inParallel } from '../in-parallel.ts';
import type { Patience } from '../kubernetes/cluster-access.ts';
import type { ShellAccess } from '../shell/share-execs.ts';
import { type DebugPodOptions, type PodManifest, debugPod, withDebugPod } from './debug-pod.ts';
import { type PodObject, podsOnNode } from './node-pods.ts';
import { readKubeProxy } from './read-kube-proxy.ts';
import { readNode } from './read-node.ts';
import type { ListedConnections } from './shell-stream.ts';

/** How nodes are read. */
export interface CollectNodesOptions extends Patience {
  /** How many nodes at once. */
  readonly limit?: number;
  /** Given only where the user allowed pods to be made. */
  readonly debugPods?: DebugPodOptions;
  /** Given where pods are only to be shown: is told of each that would be made, and none is. */
  readonly onWouldMake?: (pod: PodManifest) => void;
  /** Which connections are listed of a long table; all where it is not said. */
  readonly listed?: ListedConnections;
  /** What an earlier capture read of nodes, which need not be asked again. */
  readonly before?: ReadonlyMap<string, readonly Source[]>;
  /** Is told of each node that is done. */
  readonly onNode?: (node: string) => void;
}

const NODES_AT_ONCE = 8;

/**
 * What the kernels and kube-proxies of `nodes` say, as the sources that files of the same nodes give. Every node has its own time: one that
 * is slow or dead is a gap, and costs the others nothing.
 */
export async function collectNodes(
  access: ShellAccess,
  nodes: readonly string[],
  pods: readonly PodObject[],
  options: CollectNodesOptions,
): Promise<Collected> {
  const {
    limit = NODES_AT_ONCE,
    debugPods,
    before,
    onWouldMake,
    onNode,
    timeoutMs,
    signal,
    listed,
  } = options;
  const parts = await inParallel(nodes, limit, async (node) => {
    const known = before?.get(node);
    if (known !== undefined) return { sources: known, gaps: [] };
    const patience = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
    const there = podsOnNode(node, pods);
    const [kernel, proxy] = await Promise.all([
      readNode(access, there, patience, listed),
      // What the scripts take longest for is asked first.
      nextTurn().then(() => readKubeProxy(access, there, patience)),
    ]);
    // What is still not known is worth a pod only where the user said so.
    const isShort = kernel.gaps.length > 0 && signal?.aborted !== true;
    const isWanted = debugPods !== undefined && isShort;
    if (isWanted) onWouldMake?.(debugPod(node, debugPods));
    const more =
      isWanted && onWouldMake === undefined
        ? await withDebugPod(access, node, debugPods, patience, (pod) =>
            readNode(access, { node, proxies: [], others: [pod] }, patience, listed),
          )
        : undefined;
    onNode?.(node);
    return joinCollected([more === undefined ? kernel : completed(kernel, more), proxy]);
  });
  return joinCollected(parts);
}

/** What a debug pod read counts before what was read without it, and so do its gaps, where it read anything. */
function completed(before: Collected, more: Collected): Collected {
  if (more.sources.length === 0) return joinCollected([before, more]);
  const paths = new Set(more.sources.map(({ path }) => path));
  return {
    sources: [...before.sources.filter(({ path }) => !paths.has(path)), ...more.sources],
    gaps: more.gaps,
  };
}
