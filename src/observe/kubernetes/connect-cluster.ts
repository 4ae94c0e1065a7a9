import type { RequestOptions } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ApiCall, type ApiLink, callApi } from './api-call.ts';
import type { Attempt, ClusterAccess, Patience } from './cluster-access.ts';
import { execInPod } from './exec-in-pod.ts';
import { credentialsOf } from './credentials-of.ts';
import type { FoundCluster } from './find-cluster.ts';
import { continuationOf, parseObjects } from './parse-objects.ts';
import { forwardPorts } from './forward-ports.ts';

/** How long to wait before asking again a server that is not there. */
const PAUSE_MS = 300;

/** The cluster that was found. Nothing is asked of it yet. */
export function connectCluster(found: FoundCluster): ClusterAccess {
  let options: Promise<RequestOptions> | undefined;
  return accessBy({
    server: new URL(found.cluster.server),
    // One agent for all calls: connections are kept, and a credential plugin is asked once.
    options: (isRenewed) => (options = isRenewed || options === undefined ? credentialsOf(found) : options),
    pauseMs: PAUSE_MS,
  });
}

/** A cluster at the other end of `link`. */
export function accessBy(link: ApiLink): ClusterAccess {
  return {
    getJson: (path, { onMore, ...patience }) => json(link, { method: 'GET', path }, patience, onMore),
    exec: (at, argv, given) => execInPod(link, at, argv, given),
    forwardPorts: (at, ports, patience) => forwardPorts(link, at, ports, patience),
    log: ({ namespace, pod, container }, { tailLines, isPrevious = false, ...patience }) => {
      const query = new URLSearchParams({
        tailLines: String(tailLines),
        ...(container ? { container } : {}),
      });
      if (isPrevious) query.set('previous', 'true');
      return callApi(
        link,
        { method: 'GET', path: `${podPath(namespace, pod)}/log?${query.toString()}` },
        patience,
      );
    },
    createPod: (namespace, body, patience) =>
      json(link, { method: 'POST', path: podPath(namespace), body }, patience),
    deletePod: async (namespace, name, patience) => {
      const body = { gracePeriodSeconds: 0 };
      const answer = await callApi(
        link,
        { method: 'DELETE', path: podPath(namespace, name), body },
        patience,
      );
      return answer.ok ? { ok: true, value: undefined } : answer;
    },
  };
}

function podPath(namespace: string, pod?: string): string {
  const pods = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  return pod === undefined ? pods : `${pods}/${encodeURIComponent(pod)}`;
}

async function json(
  link: ApiLink,
  call: ApiCall,
  patience: Patience,
  onMore?: (continuation: string) => void,
): Promise<Attempt<unknown>> {
  const answer = await callApi(link, call, patience);
  if (!answer.ok) return answer;
  const continuation = onMore === undefined ? undefined : continuationOf(answer.value);
  if (continuation !== undefined) {
    onMore?.(continuation);
    // What is asked for now is sent before this page takes the processor.
    await nextTurn();
  }
  try {
    return { ok: true, value: parseObjects(answer.value) };
  } catch {
    return { ok: false, failure: { kind: 'cut', message: 'the answer is no whole JSON' } };
  }
}
