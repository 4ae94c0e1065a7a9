import { formatAddressPort, formatIp } from '../model/address.ts';
import type { Outcome, RuleReference } from '../dataplane/walk/trace.ts';
import type { Verification } from '../verify/discrepancy.ts';
import { clientText, frontendText } from '../verify/group-discrepancies.ts';
import type { PathRow } from './diagnosis.ts';
import { stateOf, worksOf } from './symptom.ts';

/** One walked path in the words of the report. */
export function pathOf(verification: Verification): PathRow {
  const { expectation, trace } = verification;
  const { frontend, vantage } = expectation;
  return {
    frontend: frontendText(frontend),
    frontendKind: frontend.kind,
    vantage: vantage.kind,
    client: clientText(vantage),
    node: vantage.node,
    state: stateOf(verification),
    works: worksOf(verification),
    outcomes: trace.outcomes.map(outcomeOf),
    steps: trace.outcomes.flatMap(({ steps }) =>
      steps.map(({ node, stage, text }) => `${node} ${stage}: ${text}`),
    ),
  };
}

function outcomeOf(outcome: Outcome): PathRow['outcomes'][number] {
  const { destination, pod, result, probability, sourceNat, decidedBy } = outcome;
  return {
    destination:
      destination.port === undefined
        ? formatIp(destination.address)
        : formatAddressPort(destination.address, destination.port),
    ...(pod === undefined ? {} : { pod }),
    result,
    probability,
    sourceNat: typeof sourceNat === 'string' ? sourceNat : formatIp(sourceNat.address),
    ...(decidedBy === undefined ? {} : { decidedBy: placeOf(decidedBy) }),
  };
}

/** Where a rule stands, on one line. */
function placeOf({ node, source, line, rule }: RuleReference): string {
  return `${node} ${source}${line > 0 ? `:${line}` : ''} ${rule}`;
}
