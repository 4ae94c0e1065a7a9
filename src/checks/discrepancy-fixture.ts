import type { Discrepancy, DiscrepancyKind } from '../verify/discrepancy.ts';
import { differs, promise, ruleAt, verified } from '../verify/verification-fixture.ts';
import type { Expectation } from '../intent/expectation.ts';
import { webCluster } from './cluster-fixture.ts';
import type { Situation } from './prove-check-fixture.ts';

/** For tests: `shop/web` walked from node-a without a difference. */
export const works: Situation = { ...webCluster, verifications: [verified(promise('node-a'), [1, 1])] };

/** For tests: the same without anything walked. */
export const unwalked: Situation = webCluster;

/** For tests: `shop/web` from node-a with one difference on it, at a rule there. */
export function failsBy(
  kind: DiscrepancyKind,
  more: Partial<Discrepancy> = {},
  promised: Partial<Expectation> = {},
): Situation {
  const expectation = promise('node-a', promised);
  const difference = differs(kind, expectation, 'node-a', { at: ruleAt('node-a'), ...more });
  return { ...webCluster, verifications: [verified(expectation, [0, 0], difference)] };
}
