import type { Gap } from '../model/evidence.ts';
import type { Verdict } from '../model/finding.ts';

/** The rule that decided, as the answer names it. `line` is 1-based in `source`; 0 where the source has no lines. */
export interface DecidingRule {
  readonly node: string;
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly rule: string;
  readonly source: string;
  readonly line: number;
}

/** One end of the packet, in the words of the report. */
export interface TraceOutcome {
  /** Share of connections, `[min, max]`; the shares of all outcomes sum to 1. */
  readonly probability: readonly [min: number, max: number];
  readonly result: string;
  /** `IP:PORT` after all translation; the address alone for a protocol without ports. */
  readonly destination: string;
  /** `IP:PORT`, where the destination is an endpoint of an EndpointSlice. */
  readonly endpoint?: string;
  /** `namespace/name` of the pod that owns the destination. */
  readonly pod?: string;
  /** `none`, `masquerade`, or the address the source becomes. */
  readonly sourceNat: string;
  readonly decidedBy?: DecidingRule;
  /** What is noteworthy beyond the result: how it was rejected, whether the reply is lost. */
  readonly notes: readonly string[];
  readonly steps: readonly {
    readonly node: string;
    readonly stage: string;
    readonly text: string;
    readonly rule?: DecidingRule;
  }[];
  readonly unknowns: readonly { readonly text: string; readonly rule?: DecidingRule }[];
}

/** Where one packet ends, and which rules decide. */
export interface TraceAnswer {
  /** healthy: delivered whatever branch is taken; degraded: on some; broken: on none; unknown: not decided. */
  readonly verdict: Verdict;
  readonly packet: {
    readonly source: string;
    readonly sourcePort?: number;
    readonly destination: string;
    readonly destinationPort?: number;
    /** Lower case: `tcp`. */
    readonly protocol: string;
    /** Where the packet meets the first rules. */
    readonly node: string;
    /** The client in words: `pod shop/web-1 on node-a`. */
    readonly client: string;
  };
  /** By destination, then result. */
  readonly outcomes: readonly TraceOutcome[];
  readonly notChecked: readonly Gap[];
}
