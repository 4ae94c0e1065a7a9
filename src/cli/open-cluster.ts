import type { ClusterAccess } from '../observe/kubernetes/cluster-access.ts';
import type { Host } from './host.ts';
import type { EvidenceOptions } from './options.ts';

/** The running cluster that the options name, as kubectl would find it. Throws a `UserError` where none is named. */
export async function openCluster(
  { env }: Host,
  { kubeconfig, context, as }: Pick<EvidenceOptions, 'kubeconfig' | 'context' | 'as'>,
): Promise<ClusterAccess> {
  const { connectCluster } = await import('../observe/kubernetes/connect-cluster.ts');
  return connectCluster({
    env,
    ...(kubeconfig ? { kubeconfig } : {}),
    ...(context ? { context } : {}),
    ...(as ? { as } : {}),
  });
}
