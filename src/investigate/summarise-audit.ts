import type { Audit } from '../diagnosis/audit.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { eachOnce } from '../diagnosis/not-checked.ts';
import type { Gap } from '../model/evidence.ts';
import type { Verdict } from '../model/finding.ts';
import type { AuditQuestion } from './questions.ts';

const byBadness: readonly Verdict[] = ['broken', 'degraded', 'unknown', 'healthy'];

/**
 * The answers about single Services as one, by namespace and name: the worst verdict, each gap once, those of the cluster
 * (`ofCluster`) first. No Service at all is unknown.
 */
export function summariseAudit(
  { namespace, labels }: AuditQuestion,
  services: readonly Diagnosis[],
  ofCluster: readonly Gap[],
): Audit {
  const where = namespace === undefined ? 'all namespaces' : `namespace ${namespace}`;
  const worst = byBadness.find((verdict) => services.some((service) => service.verdict === verdict));
  return {
    verdict: worst ?? 'unknown',
    subject: labels === undefined ? where : `${where} with ${labels.text}`,
    services: [...services].sort((a, b) => (a.subject < b.subject ? -1 : 1)),
    notChecked: eachOnce([...ofCluster, ...services.flatMap(({ notChecked }) => notChecked)]),
  };
}
