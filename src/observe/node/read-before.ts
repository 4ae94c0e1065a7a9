import { byKey } from '../../model/by-key.ts';
import { UserError } from '../../model/user-error.ts';
import type { Snapshot, Source } from '../../snapshot/snapshot.ts';

/** Rules read longer ago would be held against endpoints of another time. */
const LONGEST_MINUTES = 10;

/**
 * The nodes of which nothing is missing in a capture that was cut off or denied in part, with what was read of them. Throws a `UserError` where that was
 * too long ago: dumps of different times contradict each other.
 */
export function readBefore(
  { takenAt, sources, gaps }: Snapshot,
  now: Date,
): ReadonlyMap<string, readonly Source[]> {
  const minutes = takenAt === undefined ? Infinity : (now.getTime() - Date.parse(takenAt)) / 60_000;
  if (!(minutes <= LONGEST_MINUTES))
    throw new UserError(
      `the capture to resume was made ${Number.isFinite(minutes) ? `${Math.round(minutes)} minutes ago` : 'at a time that it does not say'}`,
      `after ${LONGEST_MINUTES} minutes the nodes have moved on: capture anew, without --resume`,
    );
  const missing = new Set(gaps.flatMap(({ node }) => node ?? []));
  return byKey(sources, ({ node }) => (node !== undefined && missing.has(node) ? undefined : node));
}
