import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import type { DnsAnswer } from '../../diagnosis/dns-answer.ts';
import type { TraceAnswer } from '../../diagnosis/trace-answer.ts';
import type { Gap } from '../../model/evidence.ts';
import { otherFindings } from '../other-findings.ts';

/**
 * One line per cause, finding and gap, for grep: severity, check, Service, subject's node, frontend, summary, with `-`
 * where there is none. A Service of which all was seen and nothing is wrong has no line.
 */
export function renderLines(diagnosis: Diagnosis): string {
  const { subject, causes, notChecked } = diagnosis;
  return [
    ...causes.map((cause) => row('error', cause.check, subject, cause.nodes.join(','), '', cause.summary)),
    ...otherFindings(diagnosis).map((finding) =>
      row(finding.severity, finding.check, subject, finding.node, finding.frontend, finding.summary),
    ),
    ...notChecked.map((gap) => gapRow(gap, subject)),
  ].join('');
}

/** The lines of many Services; a gap that they share is one line. */
export function renderAuditLines(services: readonly Diagnosis[], notChecked: readonly Gap[]): string {
  return [
    ...services.map((service) => renderLines({ ...service, notChecked: [] })),
    ...notChecked.map((gap) => gapRow(gap, '')),
  ].join('');
}

/** One line per outcome: result, share, destination, pod, source NAT, node, the deciding rule's place. */
export function renderTraceLines({ outcomes, notChecked }: TraceAnswer): string {
  return [
    ...outcomes.map(({ result, probability: [min, max], destination, pod, sourceNat, decidedBy }) =>
      row(
        result,
        min === max ? String(min) : `${min}..${max}`,
        destination,
        pod,
        sourceNat,
        decidedBy === undefined ? '' : `${decidedBy.source}:${decidedBy.line} ${decidedBy.rule}`,
      ),
    ),
    ...notChecked.map((gap) => gapRow(gap, '')),
  ].join('');
}

/** One line per answer of a server, and per name that none was asked for: mark, name, type, server, what it said, what is wrong. */
export function renderDnsLines({ tries, notChecked }: DnsAnswer): string {
  return [
    ...tries.flatMap(({ name, type, expected, answers }) =>
      answers.length === 0
        ? [row('expected', name, type, '', expected.records.join(',') || expected.rcode, expected.because)]
        : answers.map(({ server, protocol, records, rcode, outcome, problem }) =>
            row(
              problem === undefined ? 'ok' : 'error',
              name,
              type,
              `${server}/${protocol}`,
              records.join(',') || (rcode ?? outcome),
              problem,
            ),
          ),
    ),
    ...notChecked.map((gap) => gapRow(gap, '')),
  ].join('');
}

function gapRow({ what, why, node }: Gap, subject: string): string {
  return row('unknown', 'not-checked', subject, node, '', `${what}: ${why}`);
}

function row(...cells: readonly (string | undefined)[]): string {
  // A line is a line whatever a log or label holds.
  return `${cells.map((cell) => (cell === undefined || cell === '' ? '-' : cell.replace(/\p{Cc}+/gu, ' '))).join(' ')}\n`;
}
