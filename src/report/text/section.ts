import type { Style } from '../style.ts';
import { wrap } from './wrap.ts';

const labelWidth = 8;

/** A labelled paragraph (`  Cause   …`), wrapped under itself. An empty label continues the one before. */
export function labelled(label: string, text: string, style: Style): string {
  const indent = ' '.repeat(2 + labelWidth);
  return `  ${style.bold(label.padEnd(labelWidth))}${wrap(style.plain(text), style.width, indent)}`;
}

/** A line under a labelled paragraph that must stay whole: a command, a place in a file. `text` is shown as it is. */
export function verbatim(text: string): string {
  return `${' '.repeat(2 + labelWidth)}${text}`;
}

/** A paragraph under a labelled one, set off by two spaces and wrapped: what stands at a place. */
export function quoted(text: string, style: Style): string {
  const indent = ' '.repeat(2 + labelWidth + 2);
  return `${indent}${wrap(style.plain(text), style.width, indent)}`;
}
