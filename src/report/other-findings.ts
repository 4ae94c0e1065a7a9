import type { Diagnosis } from '../diagnosis/diagnosis.ts';

/** The findings that no cause says already. */
export function otherFindings({ causes, findings }: Diagnosis): Diagnosis['findings'] {
  const said = new Set(causes.map((cause) => `${cause.check} ${cause.subject}`));
  return findings.filter((finding) => !said.has(`${finding.check} ${finding.subject}`));
}
