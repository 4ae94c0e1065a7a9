import type { Finding, Severity } from '../../model/finding.ts';
import type { Mark, Style } from '../style.ts';
import { renderEvidence } from './cause.ts';
import { wrap } from './wrap.ts';

const marks: Readonly<Record<Severity, Mark>> = { error: 'problem', warning: 'warning', info: 'none' };

/** Findings that are real but not the cause: a line each; with `-v` their evidence. Infos only with `-v`. */
export function renderFindings(findings: readonly Finding[], style: Style): string {
  const shown = style.isVerbose === true ? findings : findings.filter(({ severity }) => severity !== 'info');
  const indent = ' '.repeat(2 + style.markWidth + 1);
  return shown
    .flatMap((finding) => [
      `  ${style.mark(marks[finding.severity])} ${wrap(style.plain(`${finding.summary} (${finding.check}${finding.follows === undefined ? '' : `, follows from ${finding.follows}`})`), style.width, indent)}`,
      ...(style.isVerbose === true ? renderEvidence(finding.evidence, style) : []),
    ])
    .join('\n');
}
