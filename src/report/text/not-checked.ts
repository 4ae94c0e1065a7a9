import type { Gap } from '../../model/evidence.ts';
import type { Style } from '../style.ts';
import { nameList } from './cause.ts';
import { wrap } from './wrap.ts';

/** Gaps shown without `-v`, and of those that say the same, the names. */
const shownGaps = 6;
const shownNames = 3;

/** What was not seen, why, and what would change that; what has the same reason stands together. */
export function renderNotChecked(gaps: readonly Gap[], style: Style): string {
  const groups = groupByReason(gaps);
  const isVerbose = style.isVerbose === true;
  const shown = isVerbose ? groups : groups.slice(0, shownGaps);
  const indent = ' '.repeat(2 + style.markWidth + 1);
  const lines = shown.flatMap(({ what, why, unlock }) => {
    const names = nameList(what, isVerbose ? what.length : shownNames);
    const said = wrap(style.plain(`not checked: ${names}: ${why}`), style.width, indent);
    const isLocked = unlock === '' || unlock === 'none';
    return [
      `  ${style.mark('unknown')} ${said}`,
      ...(isLocked
        ? []
        : [style.dim(`${indent}${wrap(style.plain(`to change that: ${unlock}`), style.width, indent)}`)]),
    ];
  });
  const more = groups.slice(shown.length).reduce((sum, { what }) => sum + what.length, 0);
  if (more > 0) lines.push(style.dim(`${indent}and ${more} more not checked (-v lists them)`));
  return lines.join('\n');
}

function groupByReason(gaps: readonly Gap[]): { what: string[]; why: string; unlock: string }[] {
  const groups = new Map<string, { what: Set<string>; why: string; unlock: string }>();
  for (const { what, why, unlock } of gaps) {
    const key = `${why}\n${unlock}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { what: new Set([what]), why, unlock });
    else group.what.add(what);
  }
  return [...groups.values()].map((group) => ({ ...group, what: [...group.what] }));
}
