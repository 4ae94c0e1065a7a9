import type { KubernetesEvent } from '../kubernetes/objects.ts';

/**
 * `events` by when each happened last, oldest first; those that do not say it come first. Lists have them by name. *Source:* kubernetes v1.37
 * staging/src/k8s.io/api/core/v1/types.go (`Event`): reporters set `lastTimestamp`, or `eventTime` and a series.
 */
export function orderEvents(events: readonly KubernetesEvent[]): KubernetesEvent[] {
  const timed = events.map((event) => [event, timeOf(event)] as const);
  return timed.sort(([, a], [, b]) => a - b).map(([event]) => event);
}

function timeOf({ lastTimestamp, series, eventTime, metadata }: KubernetesEvent): number {
  const text = lastTimestamp ?? series?.lastObservedTime ?? eventTime ?? metadata.creationTimestamp;
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? 0 : time;
}
