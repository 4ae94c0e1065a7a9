import { redactSource } from '../../snapshot/redact.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import type { Collected } from '../collected.ts';
import { inParallel } from '../in-parallel.ts';
import type { ClusterAccess, Patience } from './cluster-access.ts';
import { listed } from './listed.ts';

const SYSTEM = 'kube-system';
/** Enough for a start and for what a server that fails repeats. */
const TAIL_LINES = 200;
/** DNS servers of a cluster are few; more say nothing new. */
const MOST_PODS = 10;
const MOST_AT_ONCE = 4;

interface ListedPod {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly status?: {
    readonly containerStatuses?: readonly { readonly state?: { readonly waiting?: object } }[];
  };
}

/** The logs of the cluster's DNS servers, of which `sources` hold the pods; of one that waits to be restarted, its last words. */
export async function observeLogs(
  access: Pick<ClusterAccess, 'log'>,
  sources: readonly Source[],
  patience: Patience,
): Promise<Collected> {
  const servers = listed<ListedPod>(sources, 'pods', SYSTEM)
    .filter(({ metadata }) => metadata.labels?.['k8s-app'] === 'kube-dns')
    .slice(0, MOST_PODS);
  const logs = await inParallel(servers, MOST_AT_ONCE, async ({ metadata: { name }, status }) => {
    const isPrevious = status?.containerStatuses?.some(({ state }) => state?.waiting !== undefined) === true;
    const answer = await access.log(
      { namespace: SYSTEM, pod: name },
      { ...patience, tailLines: TAIL_LINES, ...(isPrevious ? { isPrevious } : {}) },
    );
    return { name, answer };
  });
  return {
    sources: logs.flatMap(({ name, answer }) =>
      answer.ok
        ? [
            redactSource({
              path: `pods/${SYSTEM}_${name}.log`,
              kind: 'coredns-log',
              pod: `${SYSTEM}/${name}`,
              bytes: answer.value,
            }),
          ]
        : [],
    ),
    gaps: logs.flatMap(({ name, answer }) =>
      answer.ok
        ? []
        : [
            {
              what: `log of pod ${SYSTEM}/${name}`,
              why: answer.failure.message,
              unlock: `kubectl -n ${SYSTEM} create role plumb-logs --verb=get --resource=pods/log`,
            },
          ],
    ),
  };
}
