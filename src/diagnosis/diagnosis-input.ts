import type { CheckResult, Subject } from '../checks/check.ts';
import type { Verification } from '../verify/discrepancy.ts';
import type { World } from '../world/world.ts';
import type { Reverify } from './prove.ts';

/** What diagnosis needs: the world, what was walked in it, what the checks said, and a way to walk another world. */
export interface DiagnosisInput {
  readonly world: World;
  readonly subject: Subject;
  readonly verifications: readonly Verification[];
  readonly results: readonly CheckResult[];
  readonly reverify: Reverify;
}
