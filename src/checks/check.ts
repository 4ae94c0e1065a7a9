import type { ClientFilter } from '../intent/vantages-of.ts';
import type { Gap } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import type { Service } from '../world/kubernetes/objects.ts';
import type { World } from '../world/world.ts';
import type { Verification } from '../verify/discrepancy.ts';

/** What the question is about: one Service, maybe one of its ports, maybe one client. */
export interface Subject {
  readonly namespace: string;
  readonly name: string;
  /** The Service, where it exists. */
  readonly service?: Service;
  /** The port asked for, by number, name, or absent for all. */
  readonly port?: number | string;
  readonly protocol?: string;
  /** Set where all Services are gone through and nobody asked why this one does not work. */
  readonly isOneOfMany?: boolean;
  /** The client asked for; absent for all vantages. */
  readonly from?: ClientFilter;
}

/** Evidence that a check can need; each is either there for this subject or a gap. */
export type Need =
  | 'service'
  | 'endpointSlices'
  | 'pods'
  | 'nodes'
  | 'nodeAddresses'
  | 'namespaces'
  | 'networkPolicies'
  | 'workloads'
  | 'events'
  | 'services'
  | 'rules'
  | 'verifications'
  | 'kubeProxies'
  | 'coreDns'
  | 'resolvConfs'
  | 'bridgePorts'
  | 'sysctls'
  | 'conntrack'
  | 'counters'
  | 'neighbours'
  | 'links'
  | 'sockets'
  | 'dnsAnswers'
  | 'probes'
  | 'probesFromHere';

/** A problem that a check found: a finding with, where it can be repaired in the model, the repaired world. */
export interface Problem extends Omit<Finding, 'check' | 'faults'> {
  /** Defaults to the check's faults. */
  readonly faults?: readonly string[];
  /** Share of connections that this breaks where no walked path shows it (names that do not resolve); absent: what the paths show. */
  readonly share?: readonly [min: number, max: number];
  /** The world with this one thing as it should be. Pure. Absent where the model cannot repair it. */
  readonly repair?: (world: World) => World;
}

/** What a check is given. Members beyond `needs` may be there; only `needs` are sure to be. */
export interface CheckInput {
  readonly world: World;
  readonly subject: Subject;
  /** Frontends × vantages of the subject, walked; empty where no rules were read. */
  readonly verifications: readonly Verification[];
}

/** One small fact: what should be so, what it needs to be seen, and what to say where it is not so. */
export interface Check {
  /** `area/fact`, words of the API; never reused. */
  readonly id: string;
  /** A true statement when all is well. */
  readonly asserts: string;
  /** Ids of the fault catalogue that it can name. */
  readonly faults: readonly string[];
  /**
   * What `run` cannot do without. Where one of them is missing the check is unknown. The verdict is, too, where the check is about the Service's own packets (rules, pods, slices, walks or the
   * Service are among its needs) and what is missing would show that they fail: a fact that makes nothing fail for sure names only what is its own.
   */
  readonly needs: readonly Need[];
  /** Set where `run` reads nothing of the subject: it says the same for every Service, and is run once for all. */
  readonly isClusterWide?: true;
  /** Ids of checks that only say from afar what a problem of this one says closely. */
  readonly explains?: readonly string[];
  run(input: CheckInput): Iterable<Problem>;
}

/** What running a check gave. */
export type CheckResult =
  | { readonly check: Check; readonly status: 'pass' | 'not-applicable' }
  | { readonly check: Check; readonly status: 'problem'; readonly problems: readonly Problem[] }
  | {
      readonly check: Check;
      readonly status: 'unknown';
      /** Those of its needs that were not seen. */
      readonly missing: readonly Need[];
      readonly gaps: readonly Gap[];
    };

/** Declares a check; it returns its argument, so that the type is checked where it is written. */
export function defineCheck(check: Check): Check {
  return check;
}
