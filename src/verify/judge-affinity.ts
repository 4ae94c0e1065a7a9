import type { Outcome } from '../dataplane/walk/trace.ts';
import { findEntry } from '../kubeproxy/find-entry.ts';
import { findAffinity } from '../kubeproxy/find-affinity.ts';
import type { Discrepancy } from './discrepancy.ts';
import { type Bench, charge } from './bench.ts';
import { frontendText } from './group-discrepancies.ts';

/**
 * Whether the rules keep a client at its endpoint where the Service asks for it. The walk is that of a first connection, so this looks
 * at the rules themselves: that every endpoint is remembered, for as long as promised, and found again.
 */
export function judgeAffinity(bench: Bench, outcomes: readonly Outcome[]): Discrepancy[] {
  const { world, expectation, node, mode } = bench;
  const { affinitySeconds, endpoints, frontend } = expectation;
  const rules = world.nodeStates.get(node);
  const arrives = outcomes.some(
    ({ result, translatedBy }) => result === 'delivered' && translatedBy.length > 0,
  );
  if (affinitySeconds === undefined || rules === undefined || !arrives) return [];
  // Rules that lead past the chains of the Service remember nobody.
  const astray = mode === 'ipvs' ? undefined : findEntry(rules, mode, frontend).missing;
  for (const endpoint of endpoints) {
    const missing = astray ?? findAffinity(rules, mode, frontend, endpoint, affinitySeconds);
    if (missing === undefined) continue;
    const summary = `clients of ${frontendText(frontend)} are not kept at their endpoint: ${missing.chain}: ${missing.rule}`;
    return [charge(bench, { kind: 'affinity-missing', endpoint, summary, at: { ...missing, node } })];
  }
  return [];
}
