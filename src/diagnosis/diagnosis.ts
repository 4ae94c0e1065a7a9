import type { Evidence, Gap } from '../model/evidence.ts';
import type { Finding, Proof, Remedy, Verdict } from '../model/finding.ts';

/** Why the subject does not work: a finding that explains the symptom, with its proof. */
export interface Cause {
  readonly check: string;
  readonly faults: readonly string[];
  readonly subject: string;
  /** The nodes at fault; empty where it is not a node's matter. */
  readonly nodes: readonly string[];
  readonly proof: Proof;
  /** The proof in a sentence, with what was repaired in the model and what then works; absent where `proof` says it all. */
  readonly proofText?: string;
  /** Share of connections that this cause breaks, over all vantages; `[0, 0]` where not known. */
  readonly share: readonly [min: number, max: number];
  readonly summary: string;
  readonly evidence: readonly Evidence[];
  readonly remedy: Remedy;
}

/** One client's way to one frontend, in the words of the report. */
export interface PathRow {
  readonly frontend: string;
  readonly frontendKind: string;
  /** `pod`, `node`, `external`. */
  readonly vantage: string;
  /** The client in words: `pod on node-a`, `pod shop/solo-1 itself`. */
  readonly client: string;
  readonly node: string;
  readonly state: 'works' | 'fails' | 'partly' | 'as-promised-denied' | 'unknown';
  /** Share of connections that work. */
  readonly works: readonly [min: number, max: number];
  readonly outcomes: readonly {
    readonly destination: string;
    readonly pod?: string;
    readonly result: string;
    readonly probability: readonly [min: number, max: number];
    readonly sourceNat: string;
    readonly decidedBy?: string;
  }[];
  /** The walk, hop by hop, for `-v`. */
  readonly steps: readonly string[];
}

/** One line of the checklist: an area with its mark. */
export interface ChecklistRow {
  readonly area: string;
  readonly status: 'ok' | 'problem' | 'warning' | 'unknown' | 'not-applicable';
  readonly text: string;
}

/** The answer about one subject. Reports draw it; nothing is decided after it. */
export interface Diagnosis {
  readonly verdict: Verdict;
  /** Set where the Service is a name outside the cluster, of which nothing says whether it resolves: nothing in the cluster could tell. */
  readonly leadsOutside?: true;
  /** `shop/web`. */
  readonly subject: string;
  /** The first line's sentence after the verdict: what share fails from where. */
  readonly headline: string;
  readonly causes: readonly Cause[];
  readonly findings: readonly Finding[];
  readonly notChecked: readonly Gap[];
  readonly paths: readonly PathRow[];
  readonly checklist: readonly ChecklistRow[];
  readonly counts: {
    readonly packets: number;
    readonly nodes: number;
    readonly endpoints: number;
    readonly checksPassed: number;
    readonly checksFailed: number;
    readonly checksUnknown: number;
  };
}
