import type { KubeProxyState, MetricSample } from '../world/kube-proxy-state.ts';
import { perWorld } from '../world/per-world.ts';
import type { World } from '../world/world.ts';
import { type LogMatch, matchLog } from './log-patterns.ts';

/** What metrics, health answer and log of one kube-proxy say together. */
export interface SyncState {
  /** Unix seconds of the last successful sync of any family; families sync on their own. */
  readonly lastSynced?: number;
  readonly lastQueued?: number;
  /** A sync was asked for and has not succeeded for this many seconds; undefined where metrics were not read. */
  readonly behindSeconds?: number;
  /** A family was asked to sync after it last did. */
  readonly isPending: boolean;
  readonly pendingChanges?: number;
  /** Failed writes to the kernel since start. */
  readonly failures?: number;
  readonly healthz?: 'ok' | 'failing';
  readonly log: readonly LogMatch[];
  /** None of its endpoints answered although the node was read: it does not run. */
  readonly isSilent: boolean;
}

const SYNCED = 'kubeproxy_sync_proxy_rules_last_timestamp_seconds';
const QUEUED = 'kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds';

/** A sync follows a request within minSyncPeriod (1 s) and its own duration; more than this is behind. */
const PATIENCE_SECONDS = 15;

/** Reads the state of `proxy`. *Source:* kubernetes v1.37 `pkg/proxy/metrics/metrics.go`, `pkg/proxy/healthcheck`. */
export function readSyncState(proxy: KubeProxyState): SyncState {
  const samples = proxy.metrics?.samples ?? [];
  const synced = valuesOf(samples, SYNCED);
  const queued = valuesOf(samples, QUEUED);
  const lastSynced = synced.length > 0 ? Math.max(...synced) : undefined;
  const lastQueued = queued.length > 0 ? Math.max(...queued) : undefined;
  const pending = [
    ...valuesOf(samples, 'kubeproxy_sync_proxy_rules_endpoint_changes_pending'),
    ...valuesOf(samples, 'kubeproxy_sync_proxy_rules_service_changes_pending'),
  ];
  const failures = samples.filter(({ name }) =>
    /^kubeproxy_sync_proxy_rules_(iptables_restore_failures|iptables_partial_restore_failures|nftables_sync_failures)_total$/.test(
      name,
    ),
  );
  const behind = behindSeconds(samples, proxy.readAt);
  const healthz = healthOf(proxy);
  return {
    ...(lastSynced === undefined ? {} : { lastSynced }),
    ...(lastQueued === undefined ? {} : { lastQueued }),
    ...(behind === undefined ? {} : { behindSeconds: behind }),
    ...(pending.length > 0 ? { pendingChanges: pending.reduce((a, b) => a + b, 0) } : {}),
    ...(failures.length > 0 ? { failures: failures.reduce((sum, { value }) => sum + value, 0) } : {}),
    ...(healthz === undefined ? {} : { healthz }),
    isPending: waiting(samples).length > 0,
    log: proxy.log ? matchLog(proxy.log.text) : [],
    isSilent: isSilent(proxy),
  };
}

const DURATION = 'kubeproxy_sync_proxy_rules_duration_seconds';

/** Syncs that take so long are seen by clients in every rollout. Those of a start take longer than others. */
const SLOW_SECONDS = 5;
const LEAST_SYNCS = 10;

/** The syncs of a kube-proxy that take many seconds, of the family for which they take longest: seconds a sync on average, and their number; undefined where they are short, or metrics do not say. */
export function slowSyncs({ metrics }: KubeProxyState): { seconds: number; count: number } | undefined {
  const samples = metrics?.samples ?? [];
  const syncs = samples
    .filter(({ name, value }) => name === `${DURATION}_count` && value >= LEAST_SYNCS)
    .flatMap(({ labels, value: count }) => {
      const sum = samples.find(
        (sample) => sample.name === `${DURATION}_sum` && sample.labels['ip_family'] === labels['ip_family'],
      );
      const seconds = (sum?.value ?? 0) / count;
      return seconds < SLOW_SECONDS ? [] : [{ seconds, count }];
    });
  return syncs.sort((a, b) => b.seconds - a.seconds)[0];
}

/** The nodes whose kube-proxy answered on one of its endpoints. */
export const answeringNodes: (world: World) => ReadonlySet<string> = perWorld(
  ({ kubeProxies }) =>
    new Set([...kubeProxies.values()].filter((proxy) => !isSilent(proxy)).map(({ node }) => node)),
);

function isSilent({ metrics, healthz, reportedMode }: KubeProxyState): boolean {
  return !metrics && !healthz && reportedMode === undefined;
}

function valuesOf(samples: readonly MetricSample[], name: string): number[] {
  return samples.filter((sample) => sample.name === name).map(({ value }) => value);
}

/** The families that were asked to sync after they last did: when they were asked, and when they last did. */
function waiting(samples: readonly MetricSample[]): { queued: number; synced: number }[] {
  const familyOf = (sample: MetricSample): string => sample.labels['ip_family'] ?? '';
  return samples
    .filter(({ name }) => name === SYNCED)
    .flatMap((last) => {
      const queued = samples.find((sample) => sample.name === QUEUED && familyOf(sample) === familyOf(last));
      return queued && queued.value > last.value ? [{ queued: queued.value, synced: last.value }] : [];
    });
}

/** How long the longest waiting family has been waiting; 0 where none waits longer than a sync takes. */
function behindSeconds(samples: readonly MetricSample[], readAt: string | undefined): number | undefined {
  if (!samples.some(({ name }) => name === SYNCED)) return undefined;
  const waits = waiting(samples).map(({ queued, synced }) => {
    const now = readAt === undefined ? queued : Date.parse(readAt) / 1000;
    return Math.max(now - queued, queued - synced);
  });
  const longest = Math.max(0, ...waits);
  return longest > PATIENCE_SECONDS ? longest : 0;
}

function healthOf({ healthz }: KubeProxyState): 'ok' | 'failing' | undefined {
  if (!healthz) return undefined;
  if (healthz.statusCode !== undefined) return healthz.statusCode === 200 ? 'ok' : 'failing';
  return /"healthy":\s*false/.test(healthz.text) ? 'failing' : 'ok';
}
