import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import type { Verdict } from '../../model/finding.ts';
import type { Mark, Style } from '../style.ts';

/** The mark that stands before a verdict. */
export const verdictMarks: Readonly<Record<Verdict, Mark>> = {
  healthy: 'ok',
  degraded: 'problem',
  broken: 'problem',
  unknown: 'unknown',
};

/** The first line: the verdict on the subject in one sentence. */
export function verdictLine(
  { verdict, subject, headline }: Pick<Diagnosis, 'verdict' | 'subject' | 'headline'>,
  style: Style,
): string {
  const mark = verdictMarks[verdict];
  return `${style.mark(mark)} ${style.bold(verdictSentence({ verdict, subject, headline }, style))}`;
}

/** The same without mark and colour. */
export function verdictSentence(
  { verdict, subject, headline }: Pick<Diagnosis, 'verdict' | 'subject' | 'headline'>,
  style: Style,
): string {
  const said = { healthy: ' works', degraded: ' is degraded', broken: ' is broken', unknown: '' }[verdict];
  return style.plain(
    headline === ''
      ? `${subject}${said === '' ? ' is undetermined' : said}`
      : `${subject}${said}: ${headline}`,
  );
}
