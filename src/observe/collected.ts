import type { Gap } from '../model/evidence.ts';
import type { Source } from '../snapshot/snapshot.ts';

/** What an observer brings home: what it read, and what it could not. */
export interface Collected {
  readonly sources: readonly Source[];
  readonly gaps: readonly Gap[];
}

/** Several observers' finds as one. */
export function joinCollected(parts: readonly Collected[]): Collected {
  return { sources: parts.flatMap(({ sources }) => sources), gaps: parts.flatMap(({ gaps }) => gaps) };
}
