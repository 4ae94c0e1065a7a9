import { type Costs, median } from './measure.ts';

/** One line of the table that a benchmark prints. */
export interface Row {
  readonly id: string;
  readonly input: string;
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
  readonly goal: string;
  readonly isMet: boolean;
}

/** `0.31 s (0.29), 0.35 CPU`: median and least of the wall clock, and the median of CPU time. */
export function secondsText({ seconds, cpuSeconds }: Costs): string {
  return `${median(seconds).toFixed(2)} s (${Math.min(...seconds).toFixed(2)}), ${median(cpuSeconds).toFixed(2)} CPU`;
}

/** A row that says which part of the time of `other` ours takes; at most `goal` of it is wanted. */
export function partRow(id: string, input: string, mine: Costs, other: Costs, goal: number): Row {
  const ratio = median(mine.seconds) / median(other.seconds);
  return {
    id,
    input,
    ours: secondsText(mine),
    peer: `${other.name}: ${secondsText(other)}`,
    ratio: `${ratio.toFixed(2)} of its time`,
    goal: `≤ ${goal.toFixed(1)}`,
    isMet: ratio <= goal,
  };
}

/** The rows as a Markdown table. */
export function tableText(rows: readonly Row[]): string {
  const head = ['', 'input', 'ours', 'peer', 'ratio', 'goal', 'met'];
  const cells = rows.map(({ id, input, ours, peer, ratio, goal, isMet }) => [
    id,
    input,
    ours,
    peer,
    ratio,
    goal,
    isMet ? 'yes' : 'no',
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, 3, ...cells.map((row) => (row[column] ?? '').length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...cells.map(line)].join(
    '\n',
  );
}
