import type { Gap } from '../model/evidence.ts';
import type { Verdict } from '../model/finding.ts';

/** One name that the client tries, what it should answer, and what servers answered. */
export interface DnsTry {
  readonly name: string;
  readonly type: string;
  readonly expected: {
    readonly by: 'cluster' | 'upstream';
    readonly rcode: string;
    readonly records: readonly string[];
    readonly because: string;
  };
  readonly answers: readonly DnsServerAnswer[];
}

/** What one server answered to one question. */
export interface DnsServerAnswer {
  /** `10.244.1.2 (kube-system/coredns-1)`. */
  readonly server: string;
  readonly protocol: string;
  /** Where it was asked from: `this machine by port-forward`. */
  readonly from: string;
  readonly outcome: string;
  readonly rcode?: string;
  readonly records: readonly string[];
  readonly latencyMs?: number;
  /** What is not as promised; absent where nothing is. */
  readonly problem?: string;
}

/** What a name should answer to a client, and what servers answer. */
export interface DnsAnswer {
  /** healthy: servers answered as promised; broken: the name does not exist, or no server answers so; degraded: some do not; unknown: nobody was asked. */
  readonly verdict: Verdict;
  readonly name: string;
  /** The client in words: `pod shop/client`, `a pod in shop`. */
  readonly client: string;
  readonly headline: string;
  readonly resolver: {
    readonly nameservers: readonly string[];
    readonly search: readonly string[];
    readonly ndots: number;
    readonly because: string;
  };
  /** In the order of the client; it stops at the first that exists. */
  readonly tries: readonly DnsTry[];
  /** What the Corefile does with such names, a line a block. */
  readonly corefile: readonly string[];
  readonly notChecked: readonly Gap[];
}
