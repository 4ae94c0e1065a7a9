import type { ParseIssue } from '../model/evidence.ts';

/** A text as it was read: the snapshot's name for it, and its bytes. */
export interface TextSource {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a parser understood of a source, and what it did not. */
export interface Parsed<T> {
  readonly items: readonly T[];
  readonly issues: readonly ParseIssue[];
}

/** One line without its end. */
export interface Line {
  readonly text: string;
  /** 1-based. */
  readonly number: number;
}

const decoder = new TextDecoder();

/** The text of `source` without byte order mark, with LF line ends. */
export function decodeSource(source: TextSource): string {
  return decoder
    .decode(source.bytes)
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n');
}

/** The lines of `source` that hold anything, in order. */
export function linesOf(source: TextSource): Line[] {
  return decodeSource(source)
    .split('\n')
    .map((text, index) => ({ text, number: index + 1 }))
    .filter(({ text }) => text.trim() !== '');
}

/** Longest part of a line that an issue repeats. */
const SHOWN = 200;

/** An issue about one line of `source`. */
export function issueAt(source: TextSource, { text, number }: Line, problem: string): ParseIssue {
  return { source: source.path, line: number, text: text.slice(0, SHOWN), problem };
}

/** Parses line by line: `parse` gives an item, nothing (a heading), or the problem with the line. */
export function parseLines<T>(
  source: TextSource,
  parse: (line: Line) => T | undefined | { readonly problem: string },
): Parsed<T> {
  const items: T[] = [];
  const issues: ParseIssue[] = [];
  for (const line of linesOf(source)) {
    const parsed = parse(line);
    if (parsed === undefined) continue;
    if (isProblem(parsed)) issues.push(issueAt(source, line, parsed.problem));
    else items.push(parsed);
  }
  return { items, issues };
}

function isProblem(value: unknown): value is { readonly problem: string } {
  return typeof value === 'object' && value !== null && 'problem' in value && Object.keys(value).length === 1;
}

/** The rows of a JSON list (`ip -j`); a single issue where it is none. Rows that are empty objects are left out. */
export function parseJsonRows(source: TextSource): Parsed<Record<string, unknown>> {
  try {
    const rows: unknown = JSON.parse(decodeSource(source));
    if (Array.isArray(rows)) {
      return {
        items: rows.filter((row) => typeof row === 'object' && row !== null && Object.keys(row).length > 0),
        issues: [],
      };
    }
  } catch {
    // Told below, with the source.
  }
  return { items: [], issues: [{ source: source.path, text: '', problem: 'is no JSON list, or was cut' }] };
}

/** Maps the rows of a JSON list; a row that `map` finds no item in is an issue, so that none is lost. */
export function mapRows<T>(
  source: TextSource,
  { items, issues }: Parsed<Record<string, unknown>>,
  problem: string,
  map: (row: Record<string, unknown>) => T | undefined,
): Parsed<T> {
  const mapped: T[] = [];
  const lost: ParseIssue[] = [];
  for (const row of items) {
    const item = map(row);
    if (item === undefined)
      lost.push({ source: source.path, text: JSON.stringify(row).slice(0, SHOWN), problem });
    else mapped.push(item);
  }
  return { items: mapped, issues: [...issues, ...lost] };
}

/** Whether `source` holds JSON rather than the text form. */
export function isJson(source: TextSource): boolean {
  for (const byte of source.bytes.subarray(0, 64)) {
    if (byte === 0x5b || byte === 0x7b) return true;
    if (byte > 0x20 && byte < 0x80) return false;
  }
  return false;
}
