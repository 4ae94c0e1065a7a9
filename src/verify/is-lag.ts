import { type IpFamily, familyOf } from '../model/address.ts';
import type { Frontend } from '../model/frontend.ts';
import { failedSince } from '../kubeproxy/failed-since.ts';
import { answeringNodes, readSyncState } from '../kubeproxy/sync-state.ts';
import type { KubeProxyState } from '../world/kube-proxy-state.ts';
import type { World } from '../world/world.ts';
import { lastChange, secondsOf } from './last-change.ts';

/** A kube-proxy that runs has seen a change, waited minSyncPeriod and written within this many seconds. */
const PROMPT_SECONDS = 6;
/** Trigger times are cut to whole seconds. */
const RESOLUTION_SECONDS = 1;
/** Objects that are newer than the rules by more than this speak of clocks that differ. */
const SKEW_SECONDS = 600;

/**
 * Whether a difference between the rules of `node` and the Service of a frontend may be lag: the Service or its endpoints changed after the node was
 * read, or so shortly before that a kube-proxy which runs had no time, or it says itself that a sync is pending. Where it says nothing of
 * its syncs, a change younger than the sync period counts. What it tried to write since, and could not, is no lag.
 * *Limits:* an edit of the Service's own fields leaves no time that is read.
 */
export function isLag(world: World, node: string, { service: name, address }: Frontend): boolean {
  const family = familyOf(address);
  const proxy = world.kubeProxies.get(node);
  const readAt = secondsOf(proxy?.readAt ?? world.now);
  const changed = lastChange(world, name);
  if (readAt === undefined || changed === undefined) return false;
  const age = readAt - changed;
  const period = proxy?.config.syncPeriodSeconds ?? 30;
  if (age < -SKEW_SECONDS || age > period) return false;
  const synced = proxy && lastOf(proxy, 'last_timestamp', family);
  if (proxy && failedSince(proxy, family, synced ?? changed)) return false;
  if (synced === undefined) {
    return answeringNodes(world).size === 0 && (proxy ? readSyncState(proxy).log.length === 0 : true);
  }
  const queued = proxy && lastOf(proxy, 'last_queued_timestamp', family);
  if (queued !== undefined && queued > synced) return true;
  return synced < changed + RESOLUTION_SECONDS && age <= PROMPT_SECONDS;
}

/** Unix seconds of a sync metric of `family`; releases before 1.33 do not tell families apart. */
function lastOf({ metrics }: KubeProxyState, which: string, family: IpFamily): number | undefined {
  const name = `kubeproxy_sync_proxy_rules_${which}_seconds`;
  return metrics?.samples.find(
    (sample) => sample.name === name && (sample.labels['ip_family'] ?? family) === family,
  )?.value;
}
