/** Members whose strings are words of the API, not of whoever uses it. */
const KEPT = new Set(
  `kind apiVersion type protocol phase status reason addressType operator operation dnsPolicy restartPolicy uid resourceVersion
  creationTimestamp deletionTimestamp lastTransitionTime lastHeartbeatTime lastTimestamp firstTimestamp eventTime startTime startedAt
  internalTrafficPolicy externalTrafficPolicy sessionAffinity ipFamilyPolicy trafficDistribution scheme imagePullPolicy terminationMessagePolicy
  op fieldPath mode`.split(/\s+/),
);

/** Members that repeat a name with something behind it, and decide nothing. */
const DROPPED = new Set(['generateName', 'selfLink', 'managedFields']);

/** `root` as JSON text, with `change` made to every string that a user may have chosen. */
export function replaceInJson(root: unknown, change: (word: string) => string): string {
  const visit = (value: unknown): unknown => {
    if (typeof value === 'string') return change(value);
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !DROPPED.has(key))
        .map(([key, child]) => [key, typeof child === 'string' && KEPT.has(key) ? child : visit(child)]),
    );
  };
  return `${JSON.stringify(visit(root), undefined, 1)}\n`;
}
