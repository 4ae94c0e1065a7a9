import { joinNodes } from '../../diagnosis/join-nodes.ts';
import type { Finding, Severity } from '../../model/finding.ts';
import type { Mark, Style } from '../style.ts';
import { renderEvidence } from './cause.ts';
import { wrap } from './wrap.ts';

const marks: Readonly<Record<Severity, Mark>> = { error: 'problem', warning: 'warning', info: 'none' };

/** Findings of nodes that differ in the node alone as one, with all their evidence. */
export function gatherNodes(findings: readonly Finding[]): Finding[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { check, severity, faults, follows, node } = finding;
    const key = node === undefined ? `${groups.size}` : [check, severity, faults[0], follows].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap((group) =>
    joinNodes(group.map(({ node = '', summary }) => ({ node, summary }))).flatMap(({ summary, of }) => {
      const own = of.flatMap((index) => group[index] ?? []);
      const [first] = own;
      return first ? [{ ...first, summary, evidence: own.flatMap(({ evidence }) => evidence) }] : [];
    }),
  );
}

/** Findings that are real but not the cause: a line each; with `-v` their evidence. Infos only with `-v`. */
export function renderFindings(findings: readonly Finding[], style: Style): string {
  const shown = style.isVerbose === true ? findings : findings.filter(({ severity }) => severity !== 'info');
  const indent = ' '.repeat(2 + style.markWidth + 1);
  return gatherNodes(shown)
    .flatMap((finding) => [
      `  ${style.mark(marks[finding.severity])} ${wrap(style.plain(`${finding.summary} (${finding.check}${finding.follows === undefined ? '' : `, follows from ${finding.follows}`})`), style.width, indent)}`,
      ...(style.isVerbose === true ? renderEvidence(finding.evidence, style) : []),
    ])
    .join('\n');
}
