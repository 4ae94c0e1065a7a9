import pc from 'picocolors';

/** How a line stands: with a mark in front, the same in every part of the report. */
export type Mark = 'ok' | 'problem' | 'warning' | 'unknown' | 'none';

/** What the reader's terminal can show. */
export interface StyleOptions {
  /** Columns; text is wrapped to it, commands and rules in evidence are not cut. */
  readonly width: number;
  readonly hasColour: boolean;
  /** True where the terminal shows ASCII only. */
  readonly isAscii: boolean;
  /** True for every step of every walk and all evidence. */
  readonly isVerbose?: boolean;
}

/** Marks and colours of one report. Colour supports a mark and never replaces it. */
export interface Style extends StyleOptions {
  /** The mark: `✓ ✗ ! ? –`, or `ok FAIL warn ???? -`, padded to `markWidth`. */
  mark(mark: Mark): string;
  /** A mark for a table cell, not padded. */
  cell(mark: Mark): string;
  readonly markWidth: number;
  bold(text: string): string;
  dim(text: string): string;
  /** `text` in the colour of `mark`. */
  tint(mark: Mark, text: string): string;
  /**
   * `text` as it may be shown: control characters of logs and labels never reach the terminal, and what ASCII can't
   * show is replaced where the terminal shows ASCII only. Newlines stay.
   */
  plain(text: string): string;
}

const glyphs: Readonly<Record<Mark, string>> = {
  ok: '✓',
  problem: '✗',
  warning: '!',
  unknown: '?',
  none: '–',
};
const words: Readonly<Record<Mark, string>> = {
  ok: 'ok',
  problem: 'FAIL',
  warning: 'warn',
  unknown: '????',
  none: '-',
};

const asciiFor: Readonly<Record<string, string>> = {
  '→': '->',
  '×': 'x',
  '…': '...',
  '–': '-',
  '—': '-',
  '≤': '<=',
  '≥': '>=',
  '·': '-',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
  '✓': 'ok',
  '✗': 'FAIL',
};

/** The style for what the terminal can show. */
export function createStyle(options: StyleOptions): Style {
  const colours = pc.createColors(options.hasColour);
  const marks = options.isAscii ? words : glyphs;
  const markWidth = options.isAscii ? 4 : 1;
  const tints: Readonly<Record<Mark, (text: string) => string>> = {
    ok: colours.green,
    problem: colours.red,
    warning: colours.yellow,
    unknown: colours.cyan,
    none: colours.dim,
  };
  const plain = (text: string): string => {
    const safe = text.replaceAll('\t', ' ').replace(/[^\P{Cc}\n]/gu, '?');
    return options.isAscii ? safe.replace(/[^\x20-\x7e\n]/gu, (char) => asciiFor[char] ?? '?') : safe;
  };
  return {
    ...options,
    markWidth,
    mark: (mark) => tints[mark](marks[mark].padEnd(markWidth)),
    cell: (mark) => tints[mark](marks[mark]),
    bold: colours.bold,
    dim: colours.dim,
    tint: (mark, text) => tints[mark](text),
    plain,
  };
}
