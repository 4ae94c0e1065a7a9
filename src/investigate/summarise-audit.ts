import type { Audit } from '../diagnosis/audit.ts';
import type { Diagnosis } from '../diagnosis/diagnosis.ts';
import { eachOnce } from '../diagnosis/not-checked/gaps.ts';
import type { Gap } from '../model/evidence.ts';
import type { Verdict } from '../model/finding.ts';
import type { AuditQuestion } from './questions.ts';

const byBadness: readonly Verdict[] = ['broken', 'degraded', 'unknown', 'healthy'];

/**
 * The answers about single Services as one, by namespace and name: the worst verdict (names outside the cluster aside, where there are others), each gap once, those of the cluster
 * (`ofCluster`) first. No Service at all is unknown.
 */
export function summariseAudit(
  { namespace, labels }: AuditQuestion,
  services: readonly Diagnosis[],
  ofCluster: readonly Gap[],
): Audit {
  const where = namespace === undefined ? 'all namespaces' : `namespace ${namespace}`;
  const inside = services.filter(({ leadsOutside }) => leadsOutside !== true);
  const judged = inside.length > 0 ? inside : services;
  const sorted = [...services].sort((a, b) => (a.subject < b.subject ? -1 : 1));
  const worst = byBadness.find((verdict) => judged.some((service) => service.verdict === verdict));
  return {
    verdict: worst ?? 'unknown',
    subject: labels === undefined ? where : `${where} with ${labels.text}`,
    services: sorted,
    notChecked: eachOnce([...ofCluster, ...sorted.flatMap(({ notChecked }) => notChecked)]),
  };
}
