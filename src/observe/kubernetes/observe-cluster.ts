import { UserError } from '../../model/user-error.ts';
import { type Snapshot, type Source, textOf } from '../../snapshot/snapshot.ts';
import type { ClusterAccess, Patience } from './cluster-access.ts';
import { observeLogs } from './observe-logs.ts';
import { type Observed, observeObjects } from './observe-objects.ts';
import { type LiveSubject, needsAllServices, readingsOf } from './readings-of.ts';

/**
 * Reads of a running cluster what a question about `subject` needs. What could not be had is in the snapshot's gaps. Throws a
 * `UserError` where nothing could be had at all.
 */
export async function observeCluster(
  access: ClusterAccess,
  subject: LiveSubject,
  patience: Patience,
): Promise<Snapshot> {
  const first = await observeObjects(access, readingsOf(subject), patience);
  if (first.sources.length === 0) throw unreachable(first);
  const isWide = subject.namespace !== undefined && needsAllServices(servicesOf(first.sources, subject));
  const second = isWide ? await observeObjects(access, [{ resource: 'services' }], patience) : undefined;
  const logs = await observeLogs(access, first.sources, patience);
  // Without the right to all Services those of the namespace do; it is no gap that was asked about.
  const wide = second?.failures.length === 0 ? second.sources : [];
  const isReplaced = ({ path }: Source): boolean => wide.length > 0 && /\/services(-\d+)?\.json$/.test(path);
  return {
    format: 'plumb-snapshot',
    version: 1,
    takenAt: new Date().toISOString(),
    sources: [...first.sources.filter((source) => !isReplaced(source)), ...wide, ...logs.sources],
    gaps: [...first.gaps, ...logs.gaps],
  };
}

function unreachable({ failures }: Observed): UserError {
  const [first] = failures;
  const isDenied = failures.every(({ kind }) => kind === 'forbidden');
  return new UserError(
    `the cluster ${isDenied ? 'lets nothing be read' : 'does not answer'}: ${first?.message ?? 'no reason was given'}`,
    isDenied
      ? 'plumb explain --unlock objects prints the role that it takes'
      : 'check --context and the network, or give --from PATH for files that were captured',
  );
}

/** The Services asked about, among those of their namespace. */
function servicesOf(sources: readonly Source[], { namespace, service }: LiveSubject): object[] {
  const lists = sources.filter(({ path }) => path.startsWith(`cluster/${namespace}/services`));
  return lists
    .flatMap(
      (list) => (JSON.parse(textOf(list)) as { items?: { metadata?: { name?: string } }[] }).items ?? [],
    )
    .filter(({ metadata }) => service === undefined || metadata?.name === service);
}
