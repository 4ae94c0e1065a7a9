import type { Verdict } from '../model/finding.ts';
import type { Cause, Diagnosis } from './diagnosis.ts';

const ORDER: readonly Verdict[] = ['healthy', 'unknown', 'degraded', 'broken'];

/**
 * The answer about a Service with the answer about the cluster's DNS Service held beside it: clients that dial a name
 * need both. What already explains the Service's own failures is not told twice.
 */
export function withDns(own: Diagnosis, dns: Diagnosis): Diagnosis {
  if (dns.verdict === 'healthy') return own;
  const causes = dns.causes
    .filter((cause) => !own.causes.some((other) => isSame(other, cause)))
    .map(asDnsCause);
  const isWorse = causes.length > 0 || dns.verdict === 'unknown';
  const verdict =
    isWorse && ORDER.indexOf(dns.verdict) > ORDER.indexOf(own.verdict) ? dns.verdict : own.verdict;
  const known = new Set(own.notChecked.map(({ what, why }) => `${what} ${why}`));
  return {
    ...own,
    verdict,
    headline: verdict === own.verdict ? own.headline : dnsHeadline(dns),
    causes: [...own.causes, ...causes],
    findings: [
      ...own.findings,
      ...dns.findings.filter(
        ({ check, node }) => !own.findings.some((other) => other.check === check && other.node === node),
      ),
    ],
    notChecked: [
      ...own.notChecked,
      ...dns.notChecked.filter(({ what, why }) => !known.has(`${what} ${why}`)),
    ],
    checklist: own.checklist.map((row) =>
      row.area === 'DNS' && causes[0] ? { ...row, status: 'problem', text: causes[0].summary } : row,
    ),
  };
}

/** The same fault on the same nodes, whichever Service shows it. */
function isSame(a: Cause, b: Cause): boolean {
  return a.check === b.check && b.nodes.every((node) => a.nodes.includes(node));
}

function asDnsCause(cause: Cause): Cause {
  return { ...cause, summary: `names do not resolve: ${cause.summary}` };
}

function dnsHeadline({ verdict, headline }: Diagnosis): string {
  return verdict === 'unknown'
    ? 'its own way is in order, but not everything that names depend on was seen'
    : `its own way is in order, but clients cannot ask for its name: ${headline}`;
}
