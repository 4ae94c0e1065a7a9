import type { Gap } from '../../model/evidence.ts';
import type { Style } from '../style.ts';
import { wrap } from './wrap.ts';

/** Gaps shown without `-v`. */
const shownGaps = 6;

/** What was not seen, why, and what would change that. */
export function renderNotChecked(gaps: readonly Gap[], style: Style): string {
  const shown = style.isVerbose === true ? gaps : gaps.slice(0, shownGaps);
  const indent = ' '.repeat(2 + style.markWidth + 1);
  const lines = shown.flatMap(({ what, why, unlock }) => [
    `  ${style.mark('unknown')} ${wrap(style.plain(`not checked: ${what}: ${why}`), style.width, indent)}`,
    ...(unlock === ''
      ? []
      : [style.dim(`${indent}${wrap(style.plain(`to change that: ${unlock}`), style.width, indent)}`)]),
  ]);
  const more = gaps.length - shown.length;
  if (more > 0) lines.push(style.dim(`${indent}and ${more} more not checked (-v lists them)`));
  return lines.join('\n');
}
