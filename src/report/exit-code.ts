import type { Verdict } from '../model/finding.ts';

const codes: Readonly<Record<Verdict, number>> = { healthy: 0, degraded: 1, broken: 1, unknown: 2 };

/** The exit code that says the same as `verdict`: 0 healthy, 1 problem found, 2 undetermined. */
export function exitCodeOf(verdict: Verdict): number {
  return codes[verdict];
}
