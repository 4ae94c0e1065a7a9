import type { ChecklistRow } from '../../diagnosis/diagnosis.ts';
import type { Mark, Style } from '../style.ts';
import { wrap } from './wrap.ts';

const marks: Readonly<Record<ChecklistRow['status'], Mark>> = {
  ok: 'ok',
  problem: 'problem',
  warning: 'warning',
  unknown: 'unknown',
  'not-applicable': 'none',
};

/** The areas one under another, each with its mark and what was seen. */
export function renderChecklist(rows: readonly ChecklistRow[], style: Style): string {
  const areaWidth = Math.max(0, ...rows.map(({ area }) => area.length)) + 2;
  const indent = ' '.repeat(2 + style.markWidth + 1 + areaWidth);
  return rows
    .map(
      ({ area, status, text }) =>
        `  ${style.mark(marks[status])} ${area.padEnd(areaWidth)}${wrap(style.plain(text), style.width, indent)}`,
    )
    .join('\n');
}
