import type { Endpoint, Frontend } from '../model/frontend.ts';
import type { Vantage } from '../model/vantage.ts';

/** What the API promises a client of one frontend, however it is kept. */
export interface Expectation {
  readonly frontend: Frontend;
  readonly vantage: Vantage;
  /**
   * `endpoints`: one of `endpoints`, each equally likely. `refuse`: an immediate refusal, nobody is there. `drop`: silence, by
   * policy (no local endpoint, source not allowed). `not-served`: the frontend does not exist for this client; whatever happens is nobody's promise.
   */
  readonly outcome: 'endpoints' | 'refuse' | 'drop' | 'not-served';
  readonly endpoints: readonly Endpoint[];
  /** Ready endpoints that topology hints keep for clients elsewhere: they answer all the same. */
  readonly hintedElsewhere?: readonly Endpoint[];
  /** What must happen to the source: kept, replaced, or either where the promise leaves it open. Per endpoint, by index. */
  readonly sourceNat: readonly SourceExpectation[];
  /** ClientIP affinity lifetime; undefined without affinity. */
  readonly affinitySeconds?: number;
  /** Why: the field of the API or the default that decides, one sentence each. */
  readonly because: readonly string[];
  /** Configuration that was assumed, not read, and matters here. */
  readonly assumed: readonly string[];
  /** Clients that get nothing although the API is obeyed: the policy that does it (faults S13, X02, X04, F01). */
  readonly deniedBy?:
    | 'internalTrafficPolicy'
    | 'externalTrafficPolicy'
    | 'loadBalancerSourceRanges'
    | 'NetworkPolicy'
    | 'no-endpoints';
  /** The node whose kube-proxy keeps this promise: the client's, or for a NodePort the one that owns the address. */
  readonly node?: string;
  /** True where releases and modes turn the client away in different ways: refusal, silence and being ignored are all as promised. */
  readonly anyDenial?: boolean;
}

/** What the promise says of the source address. */
export type SourceExpectation = 'keep' | 'masquerade' | 'either';
