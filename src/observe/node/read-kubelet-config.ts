import { sourceOfJson } from '../../snapshot/json-of.ts';
import type { Source } from '../../snapshot/snapshot.ts';
import type { Collected } from '../collected.ts';
import { DEFAULT_DOMAIN, zoneServed } from '../dns/observe-dns.ts';
import type { ClusterAccess, Patience } from '../kubernetes/cluster-access.ts';

/**
 * The cluster's domain, as kubelet of the first node that answers says (`/configz`), where the Corefile in `objects` serves a domain that most clusters do not have: only kubelet and
 * pods tell whether pods search it. Nothing, and no gap, where it may not be asked: few may.
 */
export async function readKubeletConfig(
  access: Pick<ClusterAccess, 'getJson'>,
  objects: readonly Source[],
  nodes: readonly string[],
  patience: Patience,
): Promise<Collected> {
  const none: Collected = { sources: [], gaps: [] };
  if (zoneServed(objects) === DEFAULT_DOMAIN) return none;
  for (const node of nodes.slice(0, MOST_ASKED)) {
    const answer = await access.getJson(`/api/v1/nodes/${encodeURIComponent(node)}/proxy/configz`, patience);
    if (!answer.ok && answer.failure.kind === 'forbidden') return none;
    if (!answer.ok) continue;
    const { kubeletconfig = {} } = answer.value as { kubeletconfig?: { clusterDomain?: unknown } };
    const told = { kubeletconfig: { clusterDomain: kubeletconfig.clusterDomain } };
    const path = `nodes/${node}/kubelet-configz.json`;
    return { sources: [sourceOfJson(told, { path, kind: 'kubelet-config', node })], gaps: [] };
  }
  return none;
}

const MOST_ASKED = 3;
