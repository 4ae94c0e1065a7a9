import type { Gap, ParseIssue } from '../model/evidence.ts';
import { clientText, frontendText } from '../verify/group-discrepancies.ts';
import type { Need } from '../checks/check.ts';
import type { DiagnosisInput } from './diagnosis-input.ts';

/** Evidence without which nothing may be called healthy. Live answers only make a verdict stronger. */
const ESSENTIAL: readonly Need[] = ['service', 'endpointSlices', 'pods', 'rules', 'verifications'];

/** What only a running cluster tells. */
const LIVE: readonly Need[] = ['dnsAnswers', 'probes'];

/** Whether something was not seen that would show a fault. */
export function isBlind({ results, verifications, subject }: DiagnosisInput): boolean {
  const isWithoutWalk =
    subject.service !== undefined && hasVirtualIp(subject.service.spec) && verifications.length === 0;
  return (
    isWithoutWalk ||
    results.some(
      ({ status, check }) =>
        status === 'unknown' &&
        check.needs.some((need) => ESSENTIAL.includes(need)) &&
        !check.needs.some((need) => LIVE.includes(need)),
    )
  );
}

function hasVirtualIp({ type, clusterIP }: { type?: string; clusterIP?: string }): boolean {
  return type !== 'ExternalName' && clusterIP !== undefined && clusterIP !== 'None' && clusterIP !== '';
}

/** What was not seen, each once: of the snapshot, of single checks, of the walk. */
export function gapsOf({ world, results, verifications }: DiagnosisInput): Gap[] {
  const gaps: Gap[] = [...world.gaps];
  for (const result of results) if (result.status === 'unknown') gaps.push(...result.gaps);
  for (const { discrepancies } of verifications) {
    for (const { kind, expectation, node, unknowns, summary } of discrepancies) {
      if (kind !== 'cannot-tell') continue;
      const [first] = unknowns;
      gaps.push(
        first?.gap ?? {
          what: `${clientText(expectation.vantage)} to ${frontendText(expectation.frontend)}`,
          why: first?.text ?? summary,
          unlock: `read the rules, routes and links of ${node}`,
          node,
        },
      );
    }
  }
  return unique([...gaps, ...world.issues.map(gapOfIssue)]);
}

/** What a parser did not understand, as something that was not seen. */
export function gapOfIssue({ source, line, problem }: ParseIssue): Gap {
  return {
    what: `${source}${line === undefined ? '' : ` line ${line}`}`,
    why: problem,
    unlock: 'read it again with the tool that wrote it',
  };
}

function unique(gaps: readonly Gap[]): Gap[] {
  const seen = new Map<string, Gap>();
  for (const gap of gaps) seen.set(`${gap.what} ${gap.why} ${gap.node ?? ''}`, gap);
  return [...seen.values()];
}
