import type { PathRow } from '../../diagnosis/diagnosis.ts';
import type { Style } from '../style.ts';
import { formatShares } from './share.ts';
import { verdictMarks } from './verdict-line.ts';
import { wrap } from './wrap.ts';

const states: Readonly<Record<PathRow['state'], keyof typeof verdictMarks>> = {
  works: 'healthy',
  partly: 'degraded',
  fails: 'broken',
  'as-promised-denied': 'degraded',
  unknown: 'unknown',
};

/** Every walk, hop by hop: the failing ones first. */
export function renderWalks(paths: readonly PathRow[], style: Style): string {
  const failing = paths.filter(({ state }) => state !== 'works');
  const working = paths.filter(({ state }) => state === 'works');
  return [...failing, ...working].map((path) => renderWalk(path, style)).join('\n\n');
}

function renderWalk(path: PathRow, style: Style): string {
  const lines = [
    `  ${style.mark(verdictMarks[states[path.state]])} ${style.bold(style.plain(`${path.client} → ${path.frontend}`))} ${style.dim(`(${path.frontendKind}, works: ${formatShares(path.works)})`)}`,
    ...path.outcomes.map((outcome) => {
      const pod = outcome.pod === undefined ? '' : ` ${outcome.pod}`;
      const nat = outcome.sourceNat === 'none' ? 'source kept' : `source ${outcome.sourceNat}`;
      const rule = outcome.decidedBy === undefined ? '' : `, decided by ${outcome.decidedBy}`;
      const text = `${formatShares(outcome.probability)} ${outcome.result} ${outcome.destination}${pod}, ${nat}${rule}`;
      return indented(text, style);
    }),
    ...path.steps.map((step) => style.dim(indented(step, style))),
  ];
  return lines.join('\n');
}

function indented(text: string, style: Style): string {
  return `      ${wrap(style.plain(text), style.width, '        ')}`;
}
