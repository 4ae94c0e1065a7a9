import type { Audit } from '../../diagnosis/audit.ts';
import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import type { Style } from '../style.ts';
import { count } from '../text/count.ts';
import { verdictMarks, verdictSentence } from '../text/verdict-line.ts';

/** The answer as a chat message: the verdict, the first cause, the first command of its repair. At most four lines. */
export function renderShort(diagnosis: Diagnosis, style: Style): string {
  const { verdict, causes, notChecked } = diagnosis;
  const [cause] = causes;
  const lines = [`${style.mark(verdictMarks[verdict]).trimEnd()} ${verdictSentence(diagnosis, style)}`];
  if (cause !== undefined) {
    const more = causes.length > 1 ? ` (and ${count(causes.length - 1, 'more cause', 'more causes')})` : '';
    lines.push(style.plain(`Cause: ${cause.summary} [${cause.check}, ${cause.proof}]${more}`));
    lines.push(style.plain(`Repair: ${cause.remedy.commands[0] ?? cause.remedy.text}`));
  }
  if (notChecked.length > 0) lines.push(`Not checked: ${count(notChecked.length, 'thing')}`);
  return `${lines.join('\n')}\n`;
}

/** Many Services as a chat message: the count of each verdict, and the first five that do not work. */
export function renderAuditShort({ verdict, subject, services }: Audit, style: Style): string {
  const bad = services.filter((service) => service.verdict === 'broken' || service.verdict === 'degraded');
  const tally = (['broken', 'degraded', 'unknown', 'healthy'] as const)
    .map((wanted) => [services.filter((service) => service.verdict === wanted).length, wanted] as const)
    .filter(([number]) => number > 0)
    .map(([number, wanted]) => `${number} ${wanted}`);
  const lines = [
    `${style.mark(verdictMarks[verdict]).trimEnd()} ${subject}: ${count(services.length, 'Service')}: ${tally.join(', ') || 'none'}`,
    ...bad.slice(0, 5).map((service) => `- ${verdictSentence(service, style)}`),
    ...(bad.length > 5 ? [`- and ${bad.length - 5} more`] : []),
  ];
  return `${lines.join('\n')}\n`;
}
