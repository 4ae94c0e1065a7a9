import { visibleLength } from './visible-length.ts';

/**
 * `text` broken at spaces so that no line is wider than `width`, given that `indent` stands before each line: the first
 * line is returned without it, because a label stands there. A word wider than that stands on a line of its own, uncut:
 * names and addresses must stay whole for the clipboard.
 */
export function wrap(text: string, width: number, indent: string): string {
  const room = width - indent.length;
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && visibleLength(line) + 1 + visibleLength(word) > room) {
        lines.push(line);
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    lines.push(line);
  }
  return lines.join(`\n${indent}`);
}
