import type { Lab } from '../cluster/lab.ts';
import type { LabFamily, ProxyMode } from '../cluster/layout.ts';
import type { Question } from '../evidence/observe.ts';

/** What connections must do for a fault to count as real. */
export interface Shown {
  /** Labels of vantages (`pod on node-a`, `node-a`, `outside`), or a pattern. */
  readonly from: RegExp;
  readonly to: RegExp;
  /**
   * `fails`: every try fails with one of `errors` (any error where absent); `partly`: some tries fail, some do not;
   * `works`: none fails; `wrong-answer`: some server answers whose name begins like one of `errors`; `uneven`: one server gets more than two thirds.
   * With `any`, one matching observation is enough.
   */
  readonly expect: 'fails' | 'partly' | 'works' | 'uneven' | 'wrong-answer';
  readonly errors?: readonly string[];
  readonly any?: boolean;
  /** Where it does not hold in every mode of the fault. */
  readonly modes?: readonly ProxyMode[];
  /** Beside that, what every address looks like from which servers were asked, as they saw it. */
  readonly clients?: RegExp;
}

/** One fault: how to plant and heal it, what shows that it is there, and what must be named as its cause. */
export interface Fault {
  /** Kebab-case, beginning with the id of the catalogue: `s01-selector-near-miss`. */
  readonly name: string;
  /** Ids that count as right, the planted one first; empty for a cluster where nothing is wrong. */
  readonly causes: readonly string[];
  readonly modes: readonly ProxyMode[];
  /** The labs that can have it, the usual one first; all where absent. */
  readonly families?: readonly LabFamily[];
  readonly text: string;
  /** The Service in question, in namespace `shop` unless `namespace` says otherwise. */
  readonly service: string;
  readonly namespace?: string;
  readonly verdicts: readonly string[];
  /** Nodes that a node-local cause must name. */
  readonly nodes?: readonly string[];
  /** Further words of the command line, e.g. `--port 8080`. */
  readonly words?: string;
  readonly ask?: Partial<Question> | ((lab: Lab) => Promise<Partial<Question>>);
  readonly shows: readonly Shown[];
  readonly plant: (lab: Lab) => Promise<void>;
  readonly heal: (lab: Lab) => Promise<void>;
}

/** All modes of kube-proxy on Linux. */
export const everyMode: readonly ProxyMode[] = ['iptables', 'nftables', 'ipvs'];
/** The modes that run without an emulated machine. */
export const ruleModes: readonly ProxyMode[] = ['iptables', 'nftables'];
