import type { Remedy, Severity } from '../model/finding.ts';
import type { Discrepancy, DiscrepancyKind } from '../verify/discrepancy.ts';
import { type DiscrepancyGroup, groupDiscrepancies, ruleEvidence } from '../verify/group-discrepancies.ts';
import type { World } from '../world/world.ts';
import { type Check, type CheckInput, type Need, type Problem, defineCheck } from './check.ts';

/** A check that reads verifications: which discrepancies are its matter, and what it says of each node at fault. */
export interface DiscrepancyCheck {
  readonly id: string;
  readonly asserts: string;
  readonly faults: readonly string[];
  readonly kinds: readonly DiscrepancyKind[];
  /** Defaults to `['verifications']`. */
  readonly needs?: readonly Need[];
  readonly explains?: readonly string[];
  /** Whether a discrepancy of `kinds` is this check's matter; all are by default. */
  readonly concerns?: (discrepancy: Discrepancy, input: CheckInput) => boolean;
  /** What is wrong on one node. Undefined: nothing worth saying. */
  readonly tell: (group: DiscrepancyGroup, input: CheckInput) => Told | undefined;
}

/** What a discrepancy check says of one node at fault. */
export interface Told {
  /** `error` by default: connections fail, or go where they should not. */
  readonly severity?: Severity;
  readonly summary: string;
  readonly remedy: Remedy;
  /** The likeliest first; defaults to the check's. */
  readonly faults?: readonly string[];
  /** Beyond the rules at fault. */
  readonly evidence?: Problem['evidence'];
  readonly repair?: (world: World) => World;
}

/** At most so many rules are shown as evidence. */
const SHOWN_RULES = 4;

/** Declares a check that turns discrepancies into one problem a node at fault. */
export function defineDiscrepancyCheck(definition: DiscrepancyCheck): Check {
  const { id, asserts, faults, kinds, needs = ['verifications'], explains, tell } = definition;
  const { concerns = () => true } = definition;
  return defineCheck({
    id,
    asserts,
    faults,
    needs,
    ...(explains ? { explains } : {}),
    *run(input) {
      if (!input.verifications.some(({ discrepancies }) => discrepancies.length > 0)) return;
      const concerned = input.verifications.map((verification) => ({
        ...verification,
        discrepancies: verification.discrepancies.filter(
          (discrepancy) => kinds.includes(discrepancy.kind) && concerns(discrepancy, input),
        ),
      }));
      for (const group of groupDiscrepancies(concerned, kinds)) {
        const told = tell(group, input);
        if (told) yield problemOf(group, told, input);
      }
    },
  });
}

function problemOf(group: DiscrepancyGroup, told: Told, { subject }: CheckInput): Problem {
  const [frontend] = group.frontends;
  return {
    severity: told.severity ?? 'error',
    subject: `Service ${subject.namespace}/${subject.name}`,
    node: group.node,
    ...(frontend === undefined ? {} : { frontend }),
    vantage: group.clients.join(', '),
    summary: told.summary,
    evidence: [...group.at.slice(0, SHOWN_RULES).map(ruleEvidence), ...(told.evidence ?? [])],
    remedy: told.remedy,
    ...(told.faults ? { faults: told.faults } : {}),
    ...(told.repair ? { repair: told.repair } : {}),
  };
}
