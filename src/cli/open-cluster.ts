import type { ClusterAccess } from '../observe/kubernetes/cluster-access.ts';
import type { ClusterChoice } from '../observe/kubernetes/find-cluster.ts';
import type { Host } from './host.ts';
import type { EvidenceOptions } from './options.ts';

/** The running cluster that the options name, as kubectl would find it. Throws a `UserError` where none is named. */
export async function openCluster(host: Host, options: ClusterOptions): Promise<ClusterAccess> {
  const { connectCluster } = await import('../observe/kubernetes/connect-cluster.ts');
  const { findCluster } = await import('../observe/kubernetes/find-cluster.ts');
  return connectCluster(findCluster(choiceOf(host, options)));
}

/** The namespace that is meant where none is named: that of the kubeconfig's context, as in kubectl; without a cluster `default`. */
export async function defaultNamespace(
  host: Host,
  options: ClusterOptions & Pick<EvidenceOptions, 'from'>,
): Promise<string> {
  if ((options.from ?? []).length > 0) return 'default';
  const { findCluster } = await import('../observe/kubernetes/find-cluster.ts');
  return findCluster(choiceOf(host, options)).namespace ?? 'default';
}

type ClusterOptions = Pick<EvidenceOptions, 'kubeconfig' | 'context' | 'as'>;

function choiceOf({ env }: Host, { kubeconfig, context, as }: ClusterOptions): ClusterChoice {
  return {
    env,
    ...(kubeconfig ? { kubeconfig } : {}),
    ...(context ? { context } : {}),
    ...(as ? { as } : {}),
  };
}
