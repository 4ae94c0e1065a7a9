import type { Audit } from '../../diagnosis/audit.ts';
import type { Diagnosis, PathRow } from '../../diagnosis/diagnosis.ts';
import type { ExplainedCheck } from '../../diagnosis/explained-check.ts';
import type { DnsAnswer } from '../../diagnosis/dns-answer.ts';
import type { TraceAnswer } from '../../diagnosis/trace-answer.ts';
import type { Verdict } from '../../model/finding.ts';

/** How many of what the document holds, and what it took to say so. */
export interface Counts {
  readonly causes: number;
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
  readonly notChecked: number;
  readonly packets: number;
  readonly nodes: number;
  readonly endpoints: number;
  readonly checksPassed: number;
  readonly checksFailed: number;
  readonly checksUnknown: number;
}

/** A path with the Service it belongs to (`namespace/name`). */
export interface ServicePath extends PathRow {
  readonly service: string;
}

/** `plumb svc/NAME -o json`: the answer about one Service. */
export interface CheckDocument extends Omit<Diagnosis, 'paths' | 'counts' | 'leadsOutside'> {
  readonly schema: 'plumb/check/v1';
  readonly paths: readonly ServicePath[];
  readonly counts: Counts;
}

/** `plumb audit -o json`: the answer about many Services. Causes, findings and paths of all stand together. */
export interface AuditDocument
  extends
    Pick<CheckDocument, 'causes' | 'findings' | 'notChecked' | 'paths'>,
    Pick<Audit, 'verdict' | 'subject'> {
  readonly schema: 'plumb/audit/v1';
  readonly services: readonly Pick<Diagnosis, 'subject' | 'verdict' | 'headline'>[];
  readonly counts: Counts & Readonly<Record<Verdict | 'services', number>>;
}

/** `plumb trace -o json`: where one packet ends and which rules decide. */
export interface TraceDocument extends TraceAnswer {
  readonly schema: 'plumb/trace/v1';
}

/** `plumb explain -o json`: the checks with their pages. */
export type ExplainDocument = readonly ExplainedCheck[];

/** `plumb dns -o json`. */
export interface DnsDocument extends DnsAnswer {
  readonly schema: 'plumb/dns/v1';
}
