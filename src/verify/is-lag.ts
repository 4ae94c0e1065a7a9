import { findService, slicesOf } from '../intent/service-index.ts';
import { readSyncState } from '../kubeproxy/sync-state.ts';
import type { World } from '../world/world.ts';

const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';

/** A sync that ends this long after a change has seen it. */
const SEEN_SECONDS = 2;
/** Clocks of nodes and of the API server may differ by so much. */
const SKEW_SECONDS = 5;

/**
 * Whether a difference between the rules of `node` and the Service `name` may be lag: the Service or its endpoints changed less than a
 * sync period before the node was read, and kube-proxy runs and has not synced since.
 * *Limits:* an edit of the Service's own fields leaves no time that is read.
 */
export function isLag(world: World, node: string, name: string): boolean {
  const proxy = world.kubeProxies.get(node);
  const readAt = secondsOf(proxy?.readAt ?? world.now);
  const changed = lastChange(world, name);
  if (readAt === undefined || changed === undefined) return false;
  const age = readAt - changed;
  if (age < -SKEW_SECONDS || age > (proxy?.config.syncPeriodSeconds ?? 30)) return false;
  const state = proxy && readSyncState(proxy);
  if (state?.lastSynced !== undefined) return state.lastSynced < changed + SEEN_SECONDS;
  const othersAnswer = [...world.kubeProxies.values()].some((other) => !readSyncState(other).isSilent);
  return !othersAnswer;
}

/** Unix seconds of the last change of the Service or its slices that the objects tell of. */
function lastChange(world: World, name: string): number | undefined {
  const service = findService(world, name);
  if (service === undefined) return undefined;
  const times = slicesOf(world, service).flatMap(({ metadata }) => [
    metadata.annotations?.[TRIGGER],
    metadata.creationTimestamp,
  ]);
  const seconds = [service.metadata.creationTimestamp, ...times]
    .map(secondsOf)
    .filter((time) => time !== undefined);
  return seconds.length === 0 ? undefined : Math.max(...seconds);
}

function secondsOf(time: string | undefined): number | undefined {
  const milliseconds = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
