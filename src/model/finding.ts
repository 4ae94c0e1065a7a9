import type { Evidence } from './evidence.ts';

/** How bad a finding is for clients: an error breaks some, a warning may, an info is worth knowing. */
export type Severity = 'error' | 'warning' | 'info';

/** The verdict on a subject; it speaks of what clients get, not of who is to blame. */
export type Verdict = 'healthy' | 'degraded' | 'broken' | 'unknown';

/** How sure a cause is: its repair in the model cured the symptom; it explains the symptom; it may. */
export type Proof = 'repaired' | 'consistent' | 'suspected';

/** What to do about a finding, in words and as commands ready to paste. */
export interface Remedy {
  readonly text: string;
  readonly commands: readonly string[];
}

/** One fact that is not as it should be. */
export interface Finding {
  /** The check's id, e.g. `endpoints/none-ready`. */
  readonly check: string;
  /** Ids of the fault catalogue, the likeliest first, e.g. `['E01']`. */
  readonly faults: readonly string[];
  readonly severity: Severity;
  /** The check of the cause that this follows from: it is gone once that is repaired, and is then worth an info only. */
  readonly follows?: string;
  /** What it is about: `Service shop/web`, `Pod shop/web-1`, `Node node-a`. */
  readonly subject: string;
  readonly node?: string;
  /** `address:port/protocol` of the frontend it concerns. */
  readonly frontend?: string;
  /** The client it concerns, in words: `pod on node-a`. */
  readonly vantage?: string;
  /** One sentence with the names and numbers that matter. */
  readonly summary: string;
  readonly evidence: readonly Evidence[];
  readonly remedy?: Remedy;
}
