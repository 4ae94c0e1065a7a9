import type { Verdict } from '../model/finding.ts';
import type { Cause, Diagnosis } from './diagnosis.ts';

const ORDER: readonly Verdict[] = ['healthy', 'unknown', 'degraded', 'broken'];

/**
 * The answer about a Service with the answer about the cluster's DNS Service held beside it: clients that dial a name
 * need both. What already explains the Service's own failures is not told twice.
 */
export function withDns(own: Diagnosis, dns: Diagnosis): Diagnosis {
  if (dns.verdict === 'healthy') return own;
  const merged = withNeeded(own, dns, 'names do not resolve', dnsHeadline(dns));
  const first = merged.causes[own.causes.length];
  return {
    ...merged,
    checklist: own.checklist.map((row) =>
      row.area === 'DNS' && first ? { ...row, status: 'problem', text: first.summary } : row,
    ),
  };
}

/** The answer about an ExternalName with the answer about the Service of this cluster that it names. */
export function withTarget(own: Diagnosis, target: Diagnosis): Diagnosis {
  const text = `its name leads to ${target.subject}`;
  const merged = withNeeded(own, target, text, `${text}: ${target.headline}`);
  return { ...merged, paths: target.paths, counts: { ...merged.counts, packets: target.counts.packets } };
}

/** `own` with the answer about a Service that its clients need as well; `because` starts what its causes say. */
function withNeeded(own: Diagnosis, other: Diagnosis, because: string, headline: string): Diagnosis {
  if (other.verdict === 'healthy') return own;
  const causes = other.causes
    .filter((cause) => !own.causes.some((known) => isSame(known, cause)))
    .map((cause): Cause => ({ ...cause, summary: `${because}: ${cause.summary}` }));
  const isWorse = causes.length > 0 || other.verdict === 'unknown';
  const verdict =
    isWorse && ORDER.indexOf(other.verdict) > ORDER.indexOf(own.verdict) ? other.verdict : own.verdict;
  const known = new Set(own.notChecked.map(({ what, why }) => `${what} ${why}`));
  return {
    ...own,
    verdict,
    headline: verdict === own.verdict ? own.headline : headline,
    causes: [...own.causes, ...causes],
    findings: [
      ...own.findings,
      ...other.findings.filter(
        ({ check, node }) => !own.findings.some((each) => each.check === check && each.node === node),
      ),
    ],
    notChecked: [
      ...own.notChecked,
      ...other.notChecked.filter(({ what, why }) => !known.has(`${what} ${why}`)),
    ],
  };
}

/** The same fault on the same nodes, whichever Service shows it. */
function isSame(a: Cause, b: Cause): boolean {
  return a.check === b.check && b.nodes.every((node) => a.nodes.includes(node));
}

function dnsHeadline({ verdict, headline }: Diagnosis): string {
  return verdict === 'unknown'
    ? 'its own way is in order, but not everything that names depend on was seen'
    : `its own way is in order, but clients cannot ask for its name: ${headline}`;
}
