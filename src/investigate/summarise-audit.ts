import type { Audit } from '../diagnosis/audit.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import type { Gap } from '../model/evidence.ts';
import type { Verdict } from '../model/finding.ts';
import type { AuditQuestion } from './questions.ts';

const byBadness: readonly Verdict[] = ['broken', 'degraded', 'unknown', 'healthy'];

/**
 * The answers about single Services as one, by namespace and name: the worst verdict, each gap once. No Service at all is
 * unknown.
 */
export function summariseAudit({ namespace, labels }: AuditQuestion, services: readonly Diagnosis[]): Audit {
  const where = namespace === undefined ? 'all namespaces' : `namespace ${namespace}`;
  const worst = byBadness.find((verdict) => services.some((service) => service.verdict === verdict));
  const gaps = new Map<string, Gap>();
  for (const gap of services.flatMap(({ notChecked }) => notChecked)) gaps.set(JSON.stringify(gap), gap);
  return {
    verdict: worst ?? 'unknown',
    subject: labels === undefined ? where : `${where} with ${labels.text}`,
    services: [...services].sort((a, b) => (a.subject < b.subject ? -1 : 1)),
    notChecked: [...gaps.values()],
  };
}

/** The answer about one Service as an audit keeps it: of its paths those that do not work. Ten thousand Services have millions. */
export function condense(diagnosis: Diagnosis): Diagnosis {
  return { ...diagnosis, paths: diagnosis.paths.filter(({ state }) => state !== 'works') };
}
