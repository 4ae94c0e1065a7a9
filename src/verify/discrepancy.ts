import type { RuleReference, Trace, Unknown } from '../dataplane/walk/trace.ts';
import type { Expectation } from '../intent/expectation.ts';
import type { Endpoint } from '../model/frontend.ts';

/** How what a node does differs from what the API promises. */
export type DiscrepancyKind =
  | 'endpoint-missing'
  | 'endpoint-stale'
  | 'hints-ignored'
  | 'weight-wrong'
  | 'refused-although-ready'
  | 'forwarded-although-none'
  | 'masquerade-missing'
  | 'masquerade-unwanted'
  | 'affinity-missing'
  | 'affinity-unwanted'
  | 'frontend-missing'
  | 'shadowed'
  | 'dropped'
  | 'unreachable'
  | 'reply-lost'
  | 'cannot-tell';

/** One difference between the promise and the walk, for one frontend from one vantage. */
export interface Discrepancy {
  readonly kind: DiscrepancyKind;
  readonly expectation: Expectation;
  /** The node at fault: where the deciding rule stands, not where the client stands. */
  readonly node: string;
  /** Share of this client's connections that are concerned. */
  readonly share: readonly [min: number, max: number];
  readonly endpoint?: Endpoint;
  /** The rule, chain, element or server at fault. */
  readonly at?: RuleReference;
  /** Whose rule it is: `kube-proxy`, `Calico`, `Docker`, `firewalld`, …, `unknown`. */
  readonly owner?: string;
  readonly summary: string;
  readonly unknowns: readonly Unknown[];
  /** True where the difference is younger than the sync period: lag, not a fault. */
  readonly isLag?: boolean;
}

/** Expectation and walk of one frontend from one vantage, held against each other. */
export interface Verification {
  readonly expectation: Expectation;
  readonly trace: Trace;
  readonly discrepancies: readonly Discrepancy[];
  /** Share of this client's connections that reach a promised endpoint and get the reply, `[min, max]`. */
  readonly works: readonly [min: number, max: number];
}
