import type { Audit } from '../../diagnosis/audit.ts';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import type { ExplainedCheck } from '../../diagnosis/explained-check.ts';
import type { DnsAnswer } from '../../diagnosis/dns-answer.ts';
import type { TraceAnswer } from '../../diagnosis/trace-answer.ts';
import type { Gap } from '../../model/evidence.ts';
import type {
  AuditDocument,
  CheckDocument,
  Counts,
  DnsDocument,
  ServicePath,
  TraceDocument,
} from './documents.ts';

/** The whole answer about one Service as one JSON document, with a newline at the end. */
export function renderCheckJson(diagnosis: Diagnosis): string {
  const document: CheckDocument = {
    schema: 'plumb/check/v1',
    verdict: diagnosis.verdict,
    subject: diagnosis.subject,
    headline: diagnosis.headline,
    causes: diagnosis.causes,
    findings: diagnosis.findings,
    notChecked: diagnosis.notChecked,
    paths: pathsOf(diagnosis),
    checklist: diagnosis.checklist,
    counts: countAll([diagnosis], diagnosis.notChecked),
  };
  return print(document);
}

/** The whole answer about many Services as one JSON document, with a newline at the end. */
export function renderAuditJson(audit: Audit): string {
  const { services } = audit;
  const having = (verdict: Diagnosis['verdict']): number =>
    services.filter((service) => service.verdict === verdict).length;
  const document: AuditDocument = {
    schema: 'plumb/audit/v1',
    verdict: audit.verdict,
    subject: audit.subject,
    causes: services.flatMap(({ causes }) => causes),
    findings: services.flatMap(({ findings }) => findings),
    notChecked: audit.notChecked,
    paths: services.flatMap(pathsOf),
    services: services.map(({ subject, verdict, headline }) => ({ subject, verdict, headline })),
    counts: {
      ...countAll(services, audit.notChecked),
      services: services.length,
      healthy: having('healthy'),
      degraded: having('degraded'),
      broken: having('broken'),
      unknown: having('unknown'),
    },
  };
  return print(document);
}

/** Where one packet ends as one JSON document, with a newline at the end. */
export function renderTraceJson(answer: TraceAnswer): string {
  const document: TraceDocument = { schema: 'plumb/trace/v1', ...answer };
  return print(document);
}

/** `plumb dns -o json`: a `DnsDocument`. */
export function renderDnsJson(answer: DnsAnswer): string {
  const document: DnsDocument = { schema: 'plumb/dns/v1', ...answer };
  return print(document);
}

/** The checks with their pages as one JSON array, with a newline at the end. */
export function renderExplainJson(checks: readonly ExplainedCheck[]): string {
  return print(checks);
}

function pathsOf({ subject, paths }: Diagnosis): ServicePath[] {
  return paths.map((path) => ({ service: subject, ...path }));
}

function countAll(diagnoses: readonly Diagnosis[], notChecked: readonly Gap[]): Counts {
  const sum = (of: (diagnosis: Diagnosis) => number): number =>
    diagnoses.reduce((total, diagnosis) => total + of(diagnosis), 0);
  const severity = (wanted: string): number =>
    sum(({ findings }) => findings.filter((finding) => finding.severity === wanted).length);
  return {
    causes: sum(({ causes }) => causes.length),
    errors: severity('error'),
    warnings: severity('warning'),
    infos: severity('info'),
    notChecked: notChecked.length,
    packets: sum(({ counts }) => counts.packets),
    // Every Service is walked through the same nodes.
    nodes: Math.max(0, ...diagnoses.map(({ counts }) => counts.nodes)),
    endpoints: sum(({ counts }) => counts.endpoints),
    checksPassed: sum(({ counts }) => counts.checksPassed),
    checksFailed: sum(({ counts }) => counts.checksFailed),
    checksUnknown: sum(({ counts }) => counts.checksUnknown),
  };
}

function print(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
