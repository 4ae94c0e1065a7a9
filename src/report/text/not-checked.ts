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

interface Group {
  readonly what: string[];
  readonly why: string;
  readonly unlock: string;
}

/** What has the same reason and the same remedy, but for the name of the node, is one group. */
function groupByReason(gaps: readonly Gap[]): Group[] {
  const groups = new Map<string, Gap[]>();
  for (const gap of gaps) {
    const key = `${anyNode(gap.why, gap)}\n${anyNode(gap.unlock, gap)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [gap]);
    else group.push(gap);
  }
  return [...groups.values()].flatMap((group): Group[] => {
    const [first] = group;
    if (first === undefined) return [];
    const what = [...new Set(group.map((gap) => gap.what))];
    const isOfMany = group.some(({ node }) => node !== first.node);
    return isOfMany
      ? [{ what, why: anyNode(first.why, first), unlock: anyNode(first.unlock, first) }]
      : [{ what, why: first.why, unlock: first.unlock }];
  });
}

/** `text` as it holds for every node: in paths `NODE`, else `each node`. */
function anyNode(text: string, { node }: Gap): string {
  if (node === undefined || !text.includes(node)) return text;
  return text
    .replaceAll(`/${node}/`, '/NODE/')
    .replaceAll(new RegExp(`(?<![\\w.-])${escaped(node)}(?![\\w-])`, 'g'), 'each node');
}

function escaped(name: string): string {
  return name.replaceAll('.', '\\.');
}
