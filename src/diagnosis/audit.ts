import type { Gap } from '../model/evidence.ts';
import type { Verdict } from '../model/finding.ts';
import type { Diagnosis } from './diagnosis.ts';

/** The answer about many Services: each one's own answer, and what stands above them all. */
export interface Audit {
  /** The worst of the Services, names outside the cluster aside: broken before degraded before unknown before healthy. */
  readonly verdict: Verdict;
  /** `all namespaces`, `namespace shop`, with the label selector where one was given. */
  readonly subject: string;
  /** One per Service, by namespace and name. */
  readonly services: readonly Diagnosis[];
  /** The gaps of all Services, each once. */
  readonly notChecked: readonly Gap[];
}
