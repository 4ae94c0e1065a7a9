import type { Diagnosis } from '../../diagnosis/diagnosis.ts';
import { exitCodeOf } from '../exit-code.ts';
import { otherFindings } from '../other-findings.ts';
import type { Style } from '../style.ts';
import { renderCause } from './cause.ts';
import { renderChecklist } from './checklist.ts';
import { count } from './count.ts';
import { endpointMatrix } from './endpoint-matrix.ts';
import { gatherNodes, renderFindings } from './findings.ts';
import { renderMatrices } from './matrix.ts';
import { renderNotChecked } from './not-checked.ts';
import { pathMatrix } from './path-matrix.ts';
import { verdictLine } from './verdict-line.ts';
import { renderWalks } from './walks.ts';
import { wrap } from './wrap.ts';

/**
 * The answer about one Service for a terminal: the verdict, the causes with proof and repair, who is concerned, the
 * checklist, what was not checked. A healthy Service takes few lines. Ends with a newline.
 */
export function renderText(diagnosis: Diagnosis, style: Style): string {
  const first = wrap(verdictLine(diagnosis, style), style.width, ' '.repeat(style.markWidth + 1));
  const isHealthy = diagnosis.verdict === 'healthy';
  const blocks = [
    isHealthy ? `${first}\n${howItIsKnown(diagnosis, style)}` : first,
    ...diagnosis.causes.map((cause) => renderCause(cause, style)),
    isHealthy && style.isVerbose !== true
      ? ''
      : renderMatrices([pathMatrix(diagnosis.paths, style), endpointMatrix(diagnosis.paths, style)], style),
    isHealthy && style.isVerbose !== true ? '' : renderChecklist(diagnosis.checklist, style),
    renderFindings(otherFindings(diagnosis), style),
    renderNotChecked(diagnosis.notChecked, style),
    style.isVerbose === true ? renderWalks(diagnosis.paths, style) : '',
    isHealthy ? '' : style.dim(exitLine(diagnosis)),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function howItIsKnown({ counts, notChecked }: Diagnosis, style: Style): string {
  const indent = ' '.repeat(style.markWidth + 1);
  const seen = [
    ...(counts.packets > 0
      ? [`walked ${count(counts.packets, 'packet')} through the rules of ${count(counts.nodes, 'node')}`]
      : []),
    `${count(counts.checksPassed, 'check')} passed`,
    notChecked.length === 0
      ? 'nothing left unchecked'
      : `${count(notChecked.length, 'thing')} not checked${notChecked.length > 0 ? ' (below)' : ''}`,
  ];
  return `${indent}${wrap(seen.join('; '), style.width, indent)}`;
}

function exitLine(diagnosis: Diagnosis): string {
  const { verdict, causes, notChecked } = diagnosis;
  const other = gatherNodes(otherFindings(diagnosis)).length;
  return `exit ${exitCodeOf(verdict)}: ${count(causes.length, 'cause')}, ${count(other, 'other finding')}, ${count(notChecked.length, 'thing')} not checked`;
}
